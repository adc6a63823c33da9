-- Octets of the message where its record holds a recipe and what it was encoded to.
ALTER TABLE blob ADD COLUMN plain INTEGER;

-- Blobs whose octets a holder has. Outlives the row of the blob until the holder forgot them.
CREATE TABLE blob_held (
    id INTEGER PRIMARY KEY,
    holder TEXT NOT NULL,
    key TEXT NOT NULL
) STRICT;

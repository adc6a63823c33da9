//! The first half of every write: message octets, appended to the newest pack and made durable before
//! the operations that name them go on to the committer.

use super::{Codec, PACK_NUMBER_MAX, PackShelf, Place, RecordHeader, Seal, blob_id};
use crate::blobs::Holding;
use crate::commit::{Ticket, Work};
use crate::crash;
use crate::disk::{Disk, has_room};
use crate::health::Health;
use crate::outage::{Outage, is_no_space};
use bytes::Bytes;
use std::fs::File;
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use waxseal_mail::BlobId;
use waxseal_ports::ReadAt;

/// Octets gathered before they are handed to the operating system.
const BUFFER_OCTETS: usize = 1 << 20;
/// Octets of a large message copied at once.
const PIECE_OCTETS: usize = 256 << 10;
/// Messages up to this size are digested where the caller stands, larger ones off the reactor.
const SEAL_INLINE_OCTETS_MAX: u64 = 512 << 10;

/// A message on its way into a pack.
pub(crate) struct PendingBlob {
    source: Arc<dyn ReadAt>,
    seal: Seal,
    /// A blob that only moves keeps its name.
    name: Option<BlobId>,
    place: Option<Place>,
    /// Octets of the message, where `source` is what it was encoded to.
    plain: Option<u64>,
    /// Who has the octets, where that is not this pack.
    held: Option<Holding>,
    /// The message itself, if it lies in memory and is small.
    message: Option<Bytes>,
}

impl PendingBlob {
    /// Computes the checksums on the caller's side, so that the writer only copies.
    pub(crate) async fn seal(source: Arc<dyn ReadAt>) -> io::Result<Self> {
        let small = source
            .as_bytes()
            .filter(|_| source.octets() <= SEAL_INLINE_OCTETS_MAX);
        let seal = if let Some(octets) = small {
            Seal::of(&octets)
        } else {
            let source = source.clone();
            tokio::task::spawn_blocking(move || seal_pieces(source.as_ref()))
                .await
                .map_err(io::Error::other)??
        };
        Ok(Self {
            message: source.as_bytes(),
            source,
            seal,
            name: None,
            place: None,
            plain: None,
            held: None,
        })
    }

    /// What a message of `plain` octets was encoded to, recipe first.
    pub(crate) fn encoded(self, plain: u64, held: Option<Holding>, message: Option<Bytes>) -> Self {
        Self {
            plain: Some(plain),
            held,
            message,
            ..self
        }
    }

    /// The blob that lies at `from`, at another place.
    pub(crate) fn moved(self, from: &Place) -> Self {
        Self {
            name: Some(from.id),
            plain: from.plain,
            ..self
        }
    }

    /// Who has the octets, where that is not the pack.
    pub(crate) const fn held(&self) -> Option<&Holding> {
        self.held.as_ref()
    }

    /// Where it was written.
    pub(crate) fn place(&self) -> Result<Place, Outage> {
        self.place
            .ok_or_else(|| Outage::broken("a message was not written before its commit"))
    }

    /// The octets of the message, if they lie in memory.
    pub(crate) fn in_memory(&self) -> Option<Bytes> {
        self.message.clone()
    }
}

fn seal_pieces(source: &dyn ReadAt) -> io::Result<Seal> {
    let (mut crc, mut digest) = (0, blake3::Hasher::new());
    for_each_piece(source, |piece| {
        crc = crc32c::crc32c_append(crc, piece);
        digest.update(piece);
        Ok(())
    })?;
    Ok(Seal {
        octets: source.octets(),
        crc,
        digest: *digest.finalize().as_bytes(),
    })
}

/// Reads octets from their start to their end, in large pieces.
pub(crate) fn for_each_piece(
    source: &dyn ReadAt,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE_OCTETS];
    let mut at = 0;
    while at < source.octets() {
        let count = source.read_at(at, &mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        take(&piece[..count])?;
        at += count as u64;
    }
    Ok(())
}

/// Limits of the pack writer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackSettings {
    pub(crate) pack_octets_max: u64,
    pub(crate) reserve_octets: u64,
    pub(crate) batch_operations_max: usize,
    pub(crate) batch_octets_max: u64,
}

/// The newest pack: where the next record goes.
pub(crate) struct Tail {
    pub(crate) number: u32,
    pub(crate) file: File,
    pub(crate) end: u64,
}

/// The thread that appends to packs.
pub(crate) struct PackWriter {
    pub(crate) shelf: Arc<PackShelf>,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) health: Health,
    pub(crate) settings: PackSettings,
    pub(crate) tail: Option<Tail>,
    pub(crate) next_number: u32,
}

/// Why a batch could not be appended.
enum Failure {
    /// The octets of one operation could not be read: only that one fails.
    Source(Outage),
    /// The pack could not be written: nothing of the batch is in it.
    Pack(io::Error),
}

impl PackWriter {
    /// Works until every sender of `input` is gone.
    pub(crate) fn run(
        mut self,
        mut input: mpsc::Receiver<Box<dyn Ticket>>,
        out: &mpsc::Sender<Work>,
    ) {
        while let Some(mut ticket) = input.blocking_recv() {
            let mut octets = octets_of(ticket.as_mut());
            let mut tickets = vec![ticket];
            while tickets.len() < self.settings.batch_operations_max
                && octets < self.settings.batch_octets_max
                && let Ok(mut ticket) = input.try_recv()
            {
                octets += octets_of(ticket.as_mut());
                tickets.push(ticket);
            }
            for ticket in self.append(tickets) {
                if let Err(lost) = out.blocking_send(Work::Batched(ticket)) {
                    // It waits for this thread, unless it panicked.
                    self.health.condemn(&"the committing thread ended");
                    lost.0.refuse(&Outage::broken("the storage is closed"));
                }
            }
        }
    }

    /// Appends the messages of `tickets` durably; answers those that may go on.
    fn append(&mut self, tickets: Vec<Box<dyn Ticket>>) -> Vec<Box<dyn Ticket>> {
        let room = has_room(
            self.disk.as_ref(),
            self.shelf.folder(),
            self.settings.reserve_octets,
        );
        let (tickets, refused): (Vec<_>, Vec<_>) = tickets
            .into_iter()
            .partition(|ticket| room || !ticket.grows());
        refuse_all(refused, &Outage::Full);
        if let Err(outage) = self.health.check() {
            refuse_all(tickets, &outage);
            return Vec::new();
        }
        let mut tail = match self.tail() {
            Ok(tail) => tail,
            Err(error) => {
                tracing::warn!(%error, "no new pack could be made");
                refuse_all(tickets, &error.into());
                return Vec::new();
            }
        };
        let start = tail.end;
        match self.write(&mut tail, tickets) {
            Ok(written) => {
                self.tail = Some(tail);
                written
            }
            Err((written, error)) => {
                self.give_up(tail, start, &error);
                refuse_all(written, &error.into());
                Vec::new()
            }
        }
    }

    /// The pack to append to: the newest, or a new one when that is full.
    fn tail(&mut self) -> io::Result<Tail> {
        let full = self.settings.pack_octets_max;
        if let Some(tail) = self.tail.take().filter(|tail| tail.end < full) {
            return Ok(tail);
        }
        if self.next_number > PACK_NUMBER_MAX {
            return Err(io::Error::other("all pack numbers are used up"));
        }
        let number = self.next_number;
        self.next_number += 1;
        let file = self.shelf.create(number)?;
        crash::point("pack-created");
        Ok(Tail {
            number,
            file,
            end: 0,
        })
    }

    #[expect(
        clippy::type_complexity,
        reason = "the tickets go back to the caller either way"
    )]
    fn write(
        &self,
        tail: &mut Tail,
        tickets: Vec<Box<dyn Ticket>>,
    ) -> Result<Vec<Box<dyn Ticket>>, (Vec<Box<dyn Ticket>>, io::Error)> {
        crash::point("pack-before-write");
        let mut appender = Appender::new(self.disk.as_ref(), tail);
        let mut written = Vec::with_capacity(tickets.len());
        let mut tickets = tickets.into_iter();
        while let Some(mut ticket) = tickets.next() {
            match appender.put_all(ticket.blobs()) {
                Ok(()) => written.push(ticket),
                Err(Failure::Source(outage)) => ticket.refuse(&outage),
                Err(Failure::Pack(error)) => {
                    written.push(ticket);
                    written.extend(tickets);
                    return Err((written, error));
                }
            }
        }
        let end = match appender.finish() {
            Ok(end) => end,
            Err(error) => return Err((written, error)),
        };
        crash::point("pack-written");
        if let Err(error) = self.disk.sync(&tail.file) {
            if !is_no_space(&error) {
                self.health.condemn(&format!("flushing a pack: {error}"));
            }
            return Err((written, error));
        }
        crash::point("pack-synced");
        tail.end = end;
        Ok(written)
    }

    /// Takes back what a failed batch left in the pack. Where even that fails, or a flush failed, the
    /// pack is closed for good: what was committed before lies in it safely.
    fn give_up(&mut self, tail: Tail, start: u64, error: &io::Error) {
        tracing::warn!(pack = tail.number, %error, "a pack could not be written");
        if self.health.is_good() && is_no_space(error) && tail.file.set_len(start).is_ok() {
            self.tail = Some(tail);
        }
    }
}

fn octets_of(ticket: &mut dyn Ticket) -> u64 {
    ticket.blobs().iter().map(|blob| blob.seal.octets).sum()
}

fn refuse_all(tickets: Vec<Box<dyn Ticket>>, outage: &Outage) {
    for ticket in tickets {
        ticket.refuse(outage);
    }
}

/// Gathers records and writes them in large pieces.
struct Appender<'a> {
    disk: &'a dyn Disk,
    file: &'a File,
    number: u32,
    buffer: Vec<u8>,
    /// Where the buffer belongs.
    flushed: u64,
    /// The end of everything that was written, even if taken back since.
    highest: u64,
}

impl<'a> Appender<'a> {
    fn new(disk: &'a dyn Disk, tail: &'a Tail) -> Self {
        Self {
            disk,
            file: &tail.file,
            number: tail.number,
            buffer: Vec::new(),
            flushed: tail.end,
            highest: tail.end,
        }
    }

    fn position(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    fn put_all(&mut self, blobs: &mut [PendingBlob]) -> Result<(), Failure> {
        let start = self.position();
        for blob in blobs {
            if let Err(failure) = self.put(blob) {
                self.rewind(start);
                return Err(failure);
            }
        }
        Ok(())
    }

    fn put(&mut self, blob: &mut PendingBlob) -> Result<(), Failure> {
        let offset = self.position();
        let place = Place {
            id: blob.name.unwrap_or_else(|| blob_id(self.number, offset)),
            pack: self.number,
            offset,
            octets: blob.seal.octets,
            crc: blob.seal.crc,
            plain: blob.plain,
        };
        let header = RecordHeader {
            id: place.id,
            seal: blob.seal,
            codec: match blob.plain {
                None => Codec::Identity,
                Some(_) => Codec::Recipe,
            },
        };
        self.buffer.extend_from_slice(&header.encode());
        if let Some(octets) = blob.source.as_bytes() {
            self.take(&octets).map_err(Failure::Pack)?;
        } else {
            self.copy(blob)?;
        }
        blob.place = Some(place);
        Ok(())
    }

    /// Copies a message piece by piece and makes sure that it still is what was sealed.
    fn copy(&mut self, blob: &PendingBlob) -> Result<(), Failure> {
        let mut crc = 0;
        let mut at = 0;
        let mut piece = vec![0; PIECE_OCTETS];
        while at < blob.seal.octets {
            let count = match blob.source.read_at(at, &mut piece) {
                Ok(0) => return Err(Failure::Source(Outage::broken("a spooled message is cut"))),
                Ok(count) => count,
                Err(error) => return Err(Failure::Source(Outage::broken(error))),
            };
            crc = crc32c::crc32c_append(crc, &piece[..count]);
            self.take(&piece[..count]).map_err(Failure::Pack)?;
            at += count as u64;
        }
        if crc == blob.seal.crc {
            Ok(())
        } else {
            Err(Failure::Source(Outage::broken("a spooled message changed")))
        }
    }

    fn take(&mut self, octets: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(octets);
        if self.buffer.len() >= BUFFER_OCTETS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.write(self.file, self.flushed, &self.buffer)?;
        self.flushed = self.position();
        self.highest = self.highest.max(self.flushed);
        self.buffer.clear();
        Ok(())
    }

    fn rewind(&mut self, to: u64) {
        match to.checked_sub(self.flushed) {
            Some(kept) => self
                .buffer
                .truncate(usize::try_from(kept).unwrap_or(usize::MAX)),
            None => {
                self.flushed = to;
                self.buffer.clear();
            }
        }
    }

    /// Hands over the rest; answers where the pack ends now.
    fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        if self.highest > self.flushed {
            self.file.set_len(self.flushed)?;
        }
        Ok(self.flushed)
    }
}

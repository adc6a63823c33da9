;; The empty storage plugin: every blob rests as it is. What a call of it costs is what it costs to carry
;; the octets through a guest.
(module
  (import "waxseal:plugin/blob-io@0.1.0" "read" (func $read (param i32 i32)))
  (import "waxseal:plugin/blob-io@0.1.0" "write" (func $write (param i32 i32)))
  (memory (export "memory") 2)
  ;; 1024: an answer of zeros: ok, no attributes. 1088: name and version. 1200: the octets that were read.
  (data (i32.const 1088) "empty1.0.0")
  ;; 1408: what `describe` answers.
  (data (i32.const 1408) "\40\04\00\00\05\00\00\00\45\04\00\00\05\00\00\00\00\00\00\00\00\00\00\00")
  ;; Of what the server puts into memory only the octets that come last are looked at.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8192))
  (func $copy
    (loop $more
      (call $read (i32.const 65536) (i32.const 1200))
      (if (i32.load (i32.const 1204))
        (then
          (call $write (i32.load (i32.const 1200)) (i32.load (i32.const 1204)))
          (br $more)))))
  (func (export "waxseal:plugin/lifecycle@0.1.0#describe") (result i32) (i32.const 1408))
  (func (export "waxseal:plugin/lifecycle@0.1.0#configure") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/storage-hooks@0.1.0#encode")
    (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $copy)
    (i32.const 1024))
  (func (export "waxseal:plugin/storage-hooks@0.1.0#decode")
    (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $copy)
    (i32.const 1024)))

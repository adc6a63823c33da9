;; The empty holder: it reads what it is given and forgets it. Its key is the blob's size, eight letters
;; from a to p, so that it can give so many octets back.
(module
  (import "waxseal:plugin/blob-io@0.1.0" "read" (func $read (param i32 i32)))
  (import "waxseal:plugin/blob-io@0.1.0" "write" (func $write (param i32 i32)))
  (memory (export "memory") 2)
  ;; 1024: an answer of zeros: ok. 1088: name and version. 1200: the octets that were read. 1216: the key.
  ;; 1232: what `put` answers, ok and the key.
  (data (i32.const 1088) "empty1.0.0")
  (data (i32.const 1232) "\00\00\00\00\c0\04\00\00\08\00\00\00")
  ;; 1408: what `describe` answers.
  (data (i32.const 1408) "\40\04\00\00\05\00\00\00\45\04\00\00\05\00\00\00\00\00\00\00\00\00\00\00")
  ;; Of what the server puts into memory only the key that comes last is looked at.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8192))
  (func (export "waxseal:plugin/lifecycle@0.1.0#describe") (result i32) (i32.const 1408))
  (func (export "waxseal:plugin/lifecycle@0.1.0#configure") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/storage-backend@0.1.0#put")
    (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local $at i32)
    (loop $more
      (call $read (i32.const 65536) (i32.const 1200))
      (br_if $more (i32.load (i32.const 1204))))
    ;; The sixth parameter is the size.
    (loop $letter
      (i32.store8
        (i32.add (i32.const 1216) (local.get $at))
        (i32.add
          (i32.const 97)
          (i32.and
            (i32.const 15)
            (i32.shr_u (local.get 5) (i32.mul (i32.const 4) (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $letter (i32.lt_u (local.get $at) (i32.const 8))))
    (i32.const 1232))
  (func (export "waxseal:plugin/storage-backend@0.1.0#get") (param i32 i32) (result i32)
    (local $at i32) (local $left i32) (local $now i32)
    (loop $letter
      (local.set $left
        (i32.or
          (local.get $left)
          (i32.shl
            (i32.and
              (i32.const 15)
              (i32.sub
                (i32.load8_u (i32.add (local.get 0) (local.get $at)))
                (i32.const 97)))
            (i32.mul (i32.const 4) (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $letter (i32.lt_u (local.get $at) (i32.const 8))))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $left)))
        (local.set $now
          (select
            (local.get $left)
            (i32.const 65536)
            (i32.lt_u (local.get $left) (i32.const 65536))))
        (call $write (i32.const 16384) (local.get $now))
        (local.set $left (i32.sub (local.get $left) (local.get $now)))
        (br $more)))
    (i32.const 1024))
  (func (export "waxseal:plugin/storage-backend@0.1.0#delete") (param i32 i32) (result i32)
    (i32.const 1024)))

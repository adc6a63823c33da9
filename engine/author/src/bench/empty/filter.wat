;; The empty filter: it wants the stages up to `message` and has no opinion at any of them. What a call
;; of it costs is what the server itself costs. The interface is put to it where it is encoded.
(module
  (memory (export "memory") 1)
  ;; 1024: an outcome of zeros: ok, next, no edits, no scores. 1088: name, version and stages.
  (data (i32.const 1088) "empty1.0.0connecthelomailrcptheadersmessage")
  ;; 1280: the list of stages, address and octets each. 1408: what `describe` answers.
  (data (i32.const 1280) "\4a\04\00\00\07\00\00\00\51\04\00\00\04\00\00\00\55\04\00\00\04\00\00\00\59\04\00\00\04\00\00\00\5d\04\00\00\07\00\00\00\64\04\00\00\07\00\00\00")
  (data (i32.const 1408) "\40\04\00\00\05\00\00\00\45\04\00\00\05\00\00\00\00\05\00\00\06\00\00\00")
  ;; What the server puts into memory is never looked at, so that all of it can lie at one place.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8192))
  (func (export "waxseal:plugin/lifecycle@0.1.0#describe") (result i32) (i32.const 1408))
  (func (export "waxseal:plugin/lifecycle@0.1.0#configure") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-connect") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-helo") (param i32 i32) (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-auth") (param i32 i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-mail") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-rcpt") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-headers") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-message") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/filter-hooks@0.1.0#on-disconnect")))

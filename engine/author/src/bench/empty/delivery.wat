;; The empty delivery plugin: it has no opinion about the route, and as a transport it is done at once.
(module
  (memory (export "memory") 1)
  ;; 1024: an answer of zeros: ok, no action; ok, delivered. 1088: name, version and stages.
  (data (i32.const 1088) "empty1.0.0routetransport")
  ;; 1280: the list of stages, address and octets each. 1408: what `describe` answers.
  (data (i32.const 1280) "\4a\04\00\00\05\00\00\00\4f\04\00\00\09\00\00\00")
  (data (i32.const 1408) "\40\04\00\00\05\00\00\00\45\04\00\00\05\00\00\00\00\05\00\00\02\00\00\00")
  ;; What the server puts into memory is never looked at, so that all of it can lie at one place.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8192))
  (func (export "waxseal:plugin/lifecycle@0.1.0#describe") (result i32) (i32.const 1408))
  (func (export "waxseal:plugin/lifecycle@0.1.0#configure") (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/delivery-hooks@0.1.0#route") (param i32 i32) (result i32) (i32.const 1024))
  (func (export "waxseal:plugin/delivery-hooks@0.1.0#deliver") (param i32 i32 i32) (result i32) (i32.const 1024)))

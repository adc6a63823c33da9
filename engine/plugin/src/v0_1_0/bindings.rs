//! Types and `Host` traits of all imports, whatever world asks for them.

wasmtime::component::bindgen!({
    path: "../../schemas/wit/waxseal-plugin/0.1.0",
    inline: "
        package waxseal:host;
        world imports {
            import waxseal:plugin/log@0.1.0;
            import waxseal:plugin/metrics@0.1.0;
            import waxseal:plugin/config@0.1.0;
            import waxseal:plugin/clock@0.1.0;
            import waxseal:plugin/random@0.1.0;
            import waxseal:plugin/session@0.1.0;
            import waxseal:plugin/transaction@0.1.0;
            import waxseal:plugin/notes@0.1.0;
            import waxseal:plugin/mime@0.1.0;
            import waxseal:plugin/kv@0.1.0;
            import waxseal:plugin/dns@0.1.0;
            import waxseal:plugin/http@0.1.0;
            import waxseal:plugin/aead@0.1.0;
            import waxseal:plugin/blob-io@0.1.0;
        }
    ",
    world: "waxseal:host/imports",
    imports: {
        "waxseal:plugin/mime.parts": async | trappable,
        "waxseal:plugin/mime.truncated": async | trappable,
        "waxseal:plugin/mime.read-part": async | trappable,
        "waxseal:plugin/mime.text": async | trappable,
        "waxseal:plugin/mime.decoded-size": async | trappable,
        "waxseal:plugin/mime.sha256": async | trappable,
        "waxseal:plugin/mime.find": async | trappable,
        "waxseal:plugin/mime.urls": async | trappable,
        "waxseal:plugin/kv.get": async | trappable,
        "waxseal:plugin/kv.get-many": async | trappable,
        "waxseal:plugin/kv.set": async | trappable,
        "waxseal:plugin/kv.delete": async | trappable,
        "waxseal:plugin/kv.incr": async | trappable,
        "waxseal:plugin/kv.incr-many": async | trappable,
        "waxseal:plugin/dns.resolve": async | trappable,
        "waxseal:plugin/http.send": async | trappable,
        "waxseal:plugin/blob-io.read": async | trappable,
        "waxseal:plugin/blob-io.write": async | trappable,
        default: trappable,
    },
});

//! sdk
mod bindings {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        world: "filter",
        pub_export_macro: true,
    });
}

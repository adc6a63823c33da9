use expect_test::expect;

use super::strings;
use crate::fake::{listed, probed};
use crate::{Protocol, Tls};

#[test]
fn quoted_strings_are_read() {
    assert_eq!(
        strings("\"SIEVE\" \"a \\\"b\\\" c\""),
        ["SIEVE", "a \"b\" c"]
    );
    assert!(strings("OK").is_empty());
}

#[tokio::test]
async fn scripts_are_compiled_per_extension() {
    let script = "> greeting\n\"IMPLEMENTATION\" \"fake\"\n\"SIEVE\" \"fileinto vacation\"\n\
                  \"SASL\" \"PLAIN\"\n\"VERSION\" \"1.0\"\nOK\n> CAPABILITY\n\
                  \"SIEVE\" \"fileinto vacation\"\nOK\n> require [\"vacation\"\nNO \"no such thing\"\n\
                  > LISTSCRIPTS\n\"waxseal-probe\"\nOK\n> CHECKSCRIPT\nOK\n> PUTSCRIPT\nOK\n\
                  > require\nOK\n> keep;\nOK\n> else\nOK\n";
    let session = probed(Protocol::ManageSieve, Tls::None, script).await;
    expect![[r#"
        managesieve/implementation advertised plain: 
        managesieve/sasl exercised plain: logged in
        managesieve/sieve exercised plain: stored and listed
        managesieve/version exercised plain: checked a script
        sasl/plain exercised plain: logged in
        sieve/fileinto exercised plain: compiled
        sieve/vacation exercised plain: compiled
        Login None"#]]
    .assert_eq(&listed(&session));
}

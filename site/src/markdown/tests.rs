use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(markdown: &str, html: Expect) {
    html.assert_eq(&render(markdown).html);
}

#[track_caller]
fn check_flaws(markdown: &str, flaws: Expect) {
    let rendered = render(markdown);
    let lines: Vec<String> = rendered
        .flaws
        .iter()
        .map(|(offset, code, message)| format!("{offset} {code} {message}"))
        .collect();
    flaws.assert_eq(&lines.join("\n"));
}

#[test]
fn raw_html_is_shown_as_text() {
    check(
        "a <b>c</b>",
        expect![[r#"
        <p>a &lt;b&gt;c&lt;/b&gt;</p>
    "#]],
    );
    check(
        "<script>alert(1)</script>",
        expect![[r#"
        <p>&lt;script&gt;alert(1)&lt;/script&gt;</p>
    "#]],
    );
    check(
        "<img src=x onerror=alert(1)>",
        expect![[r#"
        <p>&lt;img src=x onerror=alert(1)&gt;</p>
    "#]],
    );
}

#[test]
fn links_keep_only_known_schemes() {
    for bad in [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,hi)",
        "[x](//evil.example)",
        "[x](vbscript:x)",
        "[x](<java\tscript:x>)",
        "![x](https://evil.example/pixel.png)",
        "<javascript:alert(1)>",
    ] {
        let html = render(bad).html;
        assert!(
            !html.contains("href") && !html.contains("src="),
            "{bad}: {html}"
        );
        assert!(
            render(bad)
                .flaws
                .iter()
                .any(|(_, code, _)| *code == Code::M102),
            "{bad}"
        );
    }
    check(
        "[Exim](/products/exim)",
        expect![[r#"
        <p><a href="/products/exim">Exim</a></p>
    "#]],
    );
}

#[test]
fn headings_get_unique_ids() {
    check(
        "## Old names\n\n## Old names\n",
        expect![[r#"
        <h2 id="text-old-names">Old names</h2>
        <h2 id="text-old-names-2">Old names</h2>
    "#]],
    );
}

#[test]
fn tables_are_aligned_by_class() {
    check(
        "| a | b |\n|---|--:|\n| 1 | 2 |\n",
        expect![[r#"
        <div class="scroll" tabindex="0"><table><thead><tr><th scope="col">a</th><th scope="col" class="right">b</th></tr></thead><tbody>
        <tr><td>1</td><td class="right">2</td></tr>
        </tbody></table>
        </div>
    "#]],
    );
}

#[test]
fn code_blocks_can_be_reached_by_keyboard() {
    check(
        "```toml\na = \"<b>\"\n```\n",
        expect![[r#"
        <pre tabindex="0"><code class="language-toml">a = "&lt;b&gt;"
        </code></pre>
    "#]],
    );
    check(
        "```\"><script>\nx\n```\n",
        expect![[r#"
        <pre tabindex="0"><code>x
        </code></pre>
    "#]],
    );
}

#[test]
fn flaws_are_named_with_their_place() {
    check_flaws(
        "# A\n\n## B\n\n#### C\n",
        expect![[r#"
        0 M101 heading of level 1 where 2 comes next
        11 M101 heading of level 4 where 3 comes next"#]],
    );
    check_flaws(
        "see https://example.org now",
        expect!["4 M101 bare address; give the link a text"],
    );
    check_flaws("![](/a.png)", expect!["0 M101 image without a text"]);
    check_flaws(
        "[](/a) [click here](/b)",
        expect![[r#"
        0 M103 link without a text
        7 M103 link text "click here" says nothing when read alone"#]],
    );
    check_flaws("<https://example.org> and `http://x`", expect![""]);
}

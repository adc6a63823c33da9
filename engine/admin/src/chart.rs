//! Small charts of one hour as SVG: a bar or a point a minute, no script, no style of its own.

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 120.0;
/// Below the plot, for the times.
const FOOT: f64 = 18.0;

/// Bars of several parts, one upon the other, each with its class.
pub(crate) fn bars(title: &str, minutes: &[Vec<(&'static str, f64)>], unit: &str) -> String {
    let heights = minutes
        .iter()
        .map(|parts| parts.iter().map(|(_, part)| part).sum());
    let top = round_up(heights.fold(0.0, f64::max));
    let step = WIDTH / count(minutes.len());
    let mut chart = open(title, top, unit);
    for (at, parts) in minutes.iter().enumerate() {
        let mut base = HEIGHT;
        for (class, part) in parts.iter().filter(|(_, part)| *part > 0.0) {
            let height = part / top * HEIGHT;
            base -= height;
            push(
                &mut chart,
                format_args!(
                    "<rect class=\"{class}\" x=\"{:.1}\" y=\"{base:.1}\" width=\"{:.1}\" \
                     height=\"{height:.1}\"/>",
                    step * count(at),
                    step - 1.0
                ),
            );
        }
    }
    close(chart)
}

/// Lines of one value a minute, each with its class; where there is none the line is broken.
pub(crate) fn lines(title: &str, rows: &[(&'static str, Vec<Option<f64>>)], unit: &str) -> String {
    let values = rows.iter().flat_map(|(_, values)| values.iter().flatten());
    let top = round_up(values.copied().fold(0.0, f64::max));
    let mut chart = open(title, top, unit);
    for (class, values) in rows {
        let step = WIDTH / count(values.len());
        let mut path = String::new();
        let mut dots = String::new();
        let mut before = false;
        for (at, value) in values.iter().enumerate() {
            if let Some(value) = value {
                let (x, y) = (step * (count(at) + 0.5), HEIGHT - value / top * HEIGHT);
                push(
                    &mut path,
                    format_args!("{}{x:.1} {y:.1}", if before { "L" } else { "M" }),
                );
                push(
                    &mut dots,
                    format_args!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\"/>"),
                );
            }
            before = value.is_some();
        }
        push(
            &mut chart,
            format_args!("<path class=\"line {class}\" d=\"{path}\"/>{dots}"),
        );
    }
    close(chart)
}

fn open(title: &str, top: f64, unit: &str) -> String {
    let middle = HEIGHT / 2.0;
    format!(
        "<svg viewBox=\"-60 -8 {} {}\" role=\"img\" aria-label=\"{title}\">\
         <path class=\"grid\" d=\"M0 0H{WIDTH}M0 {middle}H{WIDTH}M0 {HEIGHT}H{WIDTH}\"/>\
         <text x=\"-6\" y=\"4\" class=\"end\">{top}{unit}</text>\
         <text x=\"-6\" y=\"{}\" class=\"end\">{}{unit}</text>\
         <text x=\"-6\" y=\"{}\" class=\"end\">0</text>\
         <text x=\"0\" y=\"{}\">60 min ago</text>\
         <text x=\"{WIDTH}\" y=\"{}\" class=\"end\">now</text>",
        WIDTH + 70.0,
        HEIGHT + FOOT + 14.0,
        middle + 4.0,
        top / 2.0,
        HEIGHT + 4.0,
        HEIGHT + FOOT,
        HEIGHT + FOOT,
    )
}

fn close(chart: String) -> String {
    chart + "</svg>\n"
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.push_str(&more.to_string());
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(1.0, f64::from).max(0.0)
}

/// The next of 1, 2, 5, 10, 20, 50 …, so that the half of it is short too.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 2.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= value)
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        for (value, top) in [
            (0.0, 2.0),
            (1.0, 1.0),
            (3.0, 5.0),
            (51.0, 100.0),
            (0.3, 0.5),
        ] {
            assert!(
                (round_up(value) - top).abs() < 1e-9,
                "{value}: {}",
                round_up(value)
            );
        }
    }

    #[test]
    fn charts_hold_what_there_is() {
        let chart = bars("calls", &[vec![("ok", 1.0), ("failed", 1.0)], vec![]], "");
        assert!(
            chart.contains(
                "<rect class=\"ok\" x=\"0.0\" y=\"60.0\" width=\"299.0\" height=\"60.0\"/>"
            )
        );
        assert!(chart.contains("<rect class=\"failed\" x=\"0.0\" y=\"0.0\""));
        let chart = lines("time", &[("p50", vec![Some(1.0), None, Some(2.0)])], " ms");
        assert!(chart.contains("d=\"M100.0 60.0M500.0 0.0\""), "{chart}");
    }
}

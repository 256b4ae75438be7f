//! The frame of a figure: which part of the Earth it shows, the way from degrees to the drawing, scale bar, north arrow, ticks.

use geo_types::Coord;

/// Side by side with the drawing area: room for tick labels.
pub const LEFT: f64 = 6.0;
/// Below the drawing area.
pub const BELOW: f64 = 6.0;

/// A figure's frame. Drawing units are millimetres on A4.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Degrees at the middle.
    middle: Coord<f64>,
    /// Metres per degree of longitude and latitude at the middle.
    per_degree: Coord<f64>,
    /// Metres per millimetre.
    pub scale: f64,
    /// Width of the drawing area, mm.
    pub width: f64,
    /// Height of the drawing area, mm.
    pub height: f64,
}

impl Frame {
    /// A frame of `width` by `height` mm around a box of degrees, with a margin, showing at least `least_m` metres.
    pub fn around(
        low: Coord<f64>,
        high: Coord<f64>,
        margin: f64,
        least_m: f64,
        width: f64,
        height: f64,
    ) -> Self {
        let middle = Coord {
            x: (low.x + high.x) / 2.0,
            y: (low.y + high.y) / 2.0,
        };
        let per_degree = metres_per_degree(middle.y);
        let (w, h) = (
            (high.x - low.x) * per_degree.x * margin,
            (high.y - low.y) * per_degree.y * margin,
        );
        Self {
            middle,
            per_degree,
            scale: (w / width).max(h / height).max(least_m / width.min(height)),
            width,
            height,
        }
    }

    /// Degrees to the drawing: right and down, mm.
    pub fn to(&self, c: Coord<f64>) -> Coord<f64> {
        Coord {
            x: self.width / 2.0 + (c.x - self.middle.x) * self.per_degree.x / self.scale,
            y: self.height / 2.0 - (c.y - self.middle.y) * self.per_degree.y / self.scale,
        }
    }

    /// The drawing to degrees.
    pub fn back(&self, p: Coord<f64>) -> Coord<f64> {
        Coord {
            x: self.middle.x + (p.x - self.width / 2.0) * self.scale / self.per_degree.x,
            y: self.middle.y - (p.y - self.height / 2.0) * self.scale / self.per_degree.y,
        }
    }

    /// Border, ticks with labels, scale bar and north arrow.
    pub fn furniture(&self) -> String {
        let (w, h) = (self.width, self.height);
        let mut svg = format!(
            "<rect width=\"{w}\" height=\"{h}\" fill=\"none\" stroke=\"#1c2126\" stroke-width=\".3\"/>"
        );
        let low = self.back(Coord { x: 0.0, y: h });
        let high = self.back(Coord { x: w, y: 0.0 });
        let step = round_step((high.x - low.x) / 2.2);
        for v in ticks(low.x, high.x, step) {
            let x = self.to(Coord { x: v, y: low.y }).x;
            svg += &format!(
                "<path d=\"M{x:.2} {h}v1.2M{x:.2} 0v1.2\" stroke=\"#1c2126\" stroke-width=\".25\"/>"
            );
            if x > 9.0 && x < w - 9.0 {
                svg += &format!(
                    "<text x=\"{x:.2}\" y=\"{:.2}\" text-anchor=\"middle\" class=\"t\">{}°E</text>",
                    h + 4.0,
                    degrees(v, step)
                );
            }
        }
        let step = round_step((high.y - low.y) / 2.2);
        for v in ticks(low.y, high.y, step) {
            let y = self.to(Coord { x: low.x, y: v }).y;
            svg += &format!(
                "<path d=\"M0 {y:.2}h-1.2M{w} {y:.2}h-1.2\" stroke=\"#1c2126\" stroke-width=\".25\"/>"
            );
            if y > 9.0 && y < h - 9.0 {
                svg += &format!(
                    "<text transform=\"translate(-2.2 {y:.2}) rotate(-90)\" text-anchor=\"middle\" class=\"t\">{}°N</text>",
                    degrees(v, step)
                );
            }
        }
        svg + &self.scale_bar() + &self.north()
    }

    fn scale_bar(&self) -> String {
        let metres = round_down(self.width * self.scale * 0.3);
        let long = metres / self.scale;
        let label = if metres >= 1000.0 {
            format!("{} km", metres / 1000.0)
        } else {
            format!("{metres} m")
        };
        let (x, y) = (2.5, self.height - 3.2);
        let half = long / 2.0;
        format!(
            "<g transform=\"translate({x} {y:.2})\"><rect x=\"-1\" y=\"-3.6\" width=\"{:.2}\" height=\"5.8\" fill=\"#fff\" fill-opacity=\".82\"/>\
             <rect width=\"{half:.3}\" height=\"1\" fill=\"#1c2126\"/><rect width=\"{long:.3}\" height=\"1\" fill=\"none\" stroke=\"#1c2126\" stroke-width=\".2\"/>\
             <text y=\"-1\" class=\"t\">0</text><text x=\"{long:.2}\" y=\"-1\" text-anchor=\"middle\" class=\"t\">{label}</text></g>",
            long + 7.5
        )
    }

    fn north(&self) -> String {
        format!(
            "<g transform=\"translate({:.2} 2)\"><circle cx=\"0\" cy=\"4.6\" r=\"4.6\" fill=\"#fff\" fill-opacity=\".82\"/>\
             <path d=\"M0 2.6L1.6 8.2L0 7L-1.6 8.2Z\" fill=\"#1c2126\"/><text y=\"2.2\" text-anchor=\"middle\" class=\"t\" font-weight=\"600\">N</text></g>",
            self.width - 6.0
        )
    }
}

/// Metres per degree of longitude and of latitude on the GRS 80 ellipsoid.
pub fn metres_per_degree(latitude: f64) -> Coord<f64> {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_380_022_90;
    let (s, c) = latitude.to_radians().sin_cos();
    let w = (1.0 - E2 * s * s).sqrt();
    let degree = std::f64::consts::PI / 180.0;
    Coord {
        x: (A / w * c * degree).max(1.0),
        y: A * (1.0 - E2) / (w * w * w) * degree,
    }
}

/// 1, 2 or 5 times a power of ten, not above `value`.
pub fn round_down(value: f64) -> f64 {
    let power = 10f64.powi(value.max(1e-12).log10().floor() as i32);
    [5.0, 2.0]
        .into_iter()
        .find(|m| m * power <= value * 1.000_001)
        .unwrap_or(1.0)
        * power
}

/// 1, 2 or 5 times a power of ten, near `value`, for ticks.
fn round_step(value: f64) -> f64 {
    round_down(value * 1.2)
}

fn ticks(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step).ceil();
    (0..12)
        .map(|k| (first + f64::from(k)) * step)
        .take_while(|&v| v <= high)
        .collect()
}

/// A degree value with as many decimals as the step needs.
fn degrees(value: f64, step: f64) -> String {
    let decimals = (-step.log10()).ceil().clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_lengths() {
        for (value, expected) in [
            (0.7, 0.5),
            (1.0, 1.0),
            (4.99, 2.0),
            (730.0, 500.0),
            (2000.0, 2000.0),
            (12_345.0, 10_000.0),
        ] {
            assert!((round_down(value) / expected - 1.0).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn there_and_back() {
        let f = Frame::around(
            Coord { x: 114.0, y: 30.0 },
            Coord { x: 114.1, y: 30.05 },
            1.4,
            100.0,
            80.0,
            60.0,
        );
        let c = Coord {
            x: 114.03,
            y: 30.01,
        };
        let b = f.back(f.to(c));
        assert!((b.x - c.x).abs() < 1e-12 && (b.y - c.y).abs() < 1e-12);
        // A square kilometre keeps its shape.
        let m = metres_per_degree(30.025);
        let p = f.to(Coord {
            x: 114.05,
            y: 30.025,
        });
        let q = f.to(Coord {
            x: 114.05 + 1000.0 / m.x,
            y: 30.025 - 1000.0 / m.y,
        });
        assert!(((q.x - p.x) - (q.y - p.y)).abs() < 1e-9);
    }
}

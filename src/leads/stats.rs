//! The statistics of leads. Pure.

use statrs::function::beta::beta_reg;

/// The probability that a rate with the distribution Beta(`alpha`, `beta`) is above `x`.
pub fn beta_above(alpha: f64, beta: f64, x: f64) -> f64 {
    match x {
        x if x <= 0.0 => 1.0,
        x if x >= 1.0 => 0.0,
        x => beta_reg(beta, alpha, 1.0 - x),
    }
}

/// The probability that it is at most `x`: precise where that is far below what one less [`beta_above`] can say.
pub fn beta_below(alpha: f64, beta: f64, x: f64) -> f64 {
    match x {
        x if x <= 0.0 => 0.0,
        x if x >= 1.0 => 1.0,
        x => beta_reg(alpha, beta, x),
    }
}

/// The 95 % interval of Wilson (1927) for a rate of which `hits` of `all` were seen; (0, 1) of none.
pub fn wilson(hits: u32, all: u32) -> (f64, f64) {
    /// The normal distribution's 97.5 % point.
    const Z: f64 = 1.959_963_984_540_054;
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (f64::from(all), f64::from(hits) / f64::from(all));
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - reach) / scale).max(0.0), ((middle + reach) / scale).min(1.0))
}

/// The probability of `k` or more where counts are Poisson with a rate that has a Gamma distribution of this `shape` and
/// this `mean`, which is a negative binomial distribution.
pub fn gamma_poisson_tail(k: u32, shape: f64, mean: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if shape <= 0.0 || mean <= 0.0 {
        return 0.0;
    }
    beta_reg(f64::from(k), shape, mean / (mean + shape))
}

/// How far a count stands from what was expected, in standard deviations: the difference of Anscombe's (1948) square
/// roots.
pub fn anscombe(count: u32, expected: f64) -> f64 {
    let root = |x: f64| (x + 3.0 / 8.0).sqrt();
    2.0 * (root(f64::from(count)) - root(expected))
}

/// The false discovery rate at which each would be taken for a discovery (Benjamini and Hochberg, 1995). `among` tests
/// were made, of which those that are not in `chances` had the probability 1.
pub fn benjamini_hochberg(chances: &[f64], among: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|&one, &other| chances[one].total_cmp(&chances[other]));
    let mut rates = vec![1.0; chances.len()];
    let mut least = 1.0_f64;
    for (place, &index) in order.iter().enumerate().rev() {
        least = least.min(chances[index] * among.max(chances.len()) as f64 / (place + 1) as f64);
        rates[index] = least;
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64, by: f64) -> bool {
        (one - other).abs() <= by
    }

    #[test]
    fn intervals_of_wilson() {
        for (hits, all, low, high) in [
            (1, 1, 0.2065, 1.0),
            (3, 5, 0.2307, 0.8824),
            (9, 40, 0.1232, 0.3750),
            (1, 1000, 0.0002, 0.0056),
            (0, 10, 0.0, 0.2775),
            (0, 0, 0.0, 1.0),
        ] {
            let (l, h) = wilson(hits, all);
            assert!(
                near(l, low, 0.00005) && near(h, high, 0.00005),
                "{hits} of {all}: {l} {h}"
            );
        }
    }

    /// Where both numbers are whole, the tail is a sum of binomial probabilities.
    #[test]
    fn tails_of_beta_are_binomial_sums() {
        let sum = |alpha: u32, beta: u32, x: f64| {
            let n = alpha + beta - 1;
            let choose = |k: u32| (1..=k).fold(1.0, |c, i| c * f64::from(n - k + i) / f64::from(i));
            (0..alpha)
                .map(|k| choose(k) * x.powi(k as i32) * (1.0 - x).powi((n - k) as i32))
                .sum::<f64>()
        };
        for (alpha, beta) in [(1, 1), (1, 9), (3, 20), (10, 31), (40, 40)] {
            for x in [0.01, 0.06, 0.1, 0.25, 0.5, 0.9] {
                let (a, b) = (f64::from(alpha), f64::from(beta));
                let exact = sum(alpha, beta, x);
                assert!(near(beta_above(a, b, x), exact, 1e-9), "{alpha} {beta} {x}");
                assert!(near(beta_below(a, b, x), 1.0 - exact, 1e-9), "{alpha} {beta} {x}");
            }
        }
        // Uniform, and the bounds.
        assert!(near(beta_above(1.0, 1.0, 0.3), 0.7, 1e-12));
        assert_eq!((beta_above(2.0, 3.0, 0.0), beta_above(2.0, 3.0, 1.0)), (1.0, 0.0));
        // A twelfth power of a small number is not lost beside 1.
        assert!(near(beta_below(12.0, 1.0, 0.001) / 1e-36, 1.0, 1e-6));
    }

    #[test]
    fn tails_of_counts() {
        // The negative binomial distribution term by term.
        let term = |k: u32, shape: f64, mean: f64| {
            let hit = mean / (mean + shape);
            (0..k).fold((1.0 - hit).powf(shape), |p, i| {
                p * (shape + f64::from(i)) / f64::from(i + 1) * hit
            })
        };
        for (shape, mean) in [(0.5, 0.2), (2.0, 1.0), (7.5, 10.0)] {
            for k in [0, 1, 3, 12, 30] {
                let exact = 1.0 - (0..k).map(|k| term(k, shape, mean)).sum::<f64>();
                assert!(
                    near(gamma_poisson_tail(k, shape, mean), exact, 1e-9),
                    "{k} {shape} {mean}"
                );
            }
        }
        // With a shape without end it is Poisson: P(K >= 5 | 2) = 0.052653.
        assert!(near(gamma_poisson_tail(5, 1e7, 2.0), 0.052_653, 1e-5));
        assert_eq!(gamma_poisson_tail(1, 1.0, 0.0), 0.0);
    }

    #[test]
    fn roots_of_anscombe() {
        assert_eq!(anscombe(4, 4.0), 0.0);
        // 2 (sqrt(25.375) - sqrt(4.375)) = 5.8914
        assert!(near(anscombe(25, 4.0), 5.8914, 0.0001));
        assert!(anscombe(0, 9.0) < 0.0);
    }

    /// The fifteen tests of Benjamini and Hochberg (1995), of which four are discoveries at 5 %.
    #[test]
    fn discoveries_of_benjamini_and_hochberg() {
        let chances = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let rates = benjamini_hochberg(&chances, chances.len());
        assert_eq!(rates.iter().filter(|&&rate| rate <= 0.05).count(), 4);
        assert!(near(rates[0], 0.0015, 1e-12) && near(rates[3], 0.035_625, 1e-12));
        assert!(rates.is_sorted());
        // Their order does not matter, and tests that found nothing count.
        let turned: Vec<f64> = chances.iter().rev().copied().collect();
        let mut again = benjamini_hochberg(&turned, chances.len());
        again.reverse();
        assert_eq!(again, rates);
        assert!(near(benjamini_hochberg(&[0.001], 100)[0], 0.1, 1e-12));
        assert_eq!(benjamini_hochberg(&[], 9), Vec::<f64>::new());
    }
}

"""What Prometheus reads: each figure with its meaning and kind, and its numbers by label where it has several."""

from collections import Counter

from serving.metrics import as_text, labelled


def test_metrics__plain_and_labelled__are_lines_that_prometheus_reads() -> None:
    refusals = Counter({"too-large": 2, "invalid": 1})

    text = as_text(
        "eranos_x",
        [
            ("ready", "gauge", "Whether it is.", 1),
            ("refusals_total", "counter", "By problem.", labelled("problem", refusals)),
            ("accepted_total", "counter", "By kind.", labelled("kind", Counter())),
        ],
    )

    assert text == (
        "# HELP eranos_x_ready Whether it is.\n"
        "# TYPE eranos_x_ready gauge\n"
        "eranos_x_ready 1\n"
        "# HELP eranos_x_refusals_total By problem.\n"
        "# TYPE eranos_x_refusals_total counter\n"
        'eranos_x_refusals_total{problem="invalid"} 1\n'
        'eranos_x_refusals_total{problem="too-large"} 2\n'
        "# HELP eranos_x_accepted_total By kind.\n"
        "# TYPE eranos_x_accepted_total counter\n"
    )

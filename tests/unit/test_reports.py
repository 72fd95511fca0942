"""Reports of single items."""

from planetary_qgis.core.reports import Report


def test_items_of_a_problem_stand_together():
    report = Report()
    for item in ("a", "b", "c", "d"):
        report.add("No corners", item)
    report.add("The table is short")
    assert report.sentences() == ["No corners (4: a, b, c, …)", "The table is short"]


def test_an_empty_report_is_false():
    assert not Report()


def test_merging_adds_up():
    one, other = Report(), Report()
    one.add("No corners", "a")
    other.add("No corners", "b")
    one.merge(other)
    assert one.sentences() == ["No corners (2: a, b)"]

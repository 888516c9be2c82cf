"""The distribution against values of the literature and against its own laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.engine import student

dofs = st.floats(2, 300)


@pytest.mark.parametrize(
    # Two-sided 95 % and 99 % points as printed in tables of the t distribution.
    ("dof", "probability", "value"),
    [(2, 0.025, 4.3027), (5, 0.025, 2.5706), (10, 0.005, 3.1693), (30, 0.025, 2.0423), (120, 0.005, 2.6174)],
)
def test_quantiles_are_those_of_the_tables(dof: float, probability: float, value: float) -> None:
    assert student.above(probability, dof) == pytest.approx(value, abs=5e-5)


@given(st.floats(1e-12, 1 - 1e-6), dofs)
def test_quantile_and_survival_undo_each_other(probability: float, dof: float) -> None:
    assert student.survival(student.above(probability, dof), dof) == pytest.approx(probability, rel=1e-6)


@given(st.floats(-40, 40), dofs)
def test_it_is_symmetric(x: float, dof: float) -> None:
    assert student.survival(x, dof) + student.survival(-x, dof) == pytest.approx(1)


@given(st.floats(-6, 40), dofs)  # further to the left it is 1, as far as a float tells
def test_it_falls(x: float, dof: float) -> None:
    assert student.survival(x + 0.5, dof) < student.survival(x, dof)


@given(st.floats(-5, 5), dofs)
def test_the_density_is_the_slope_of_the_survival(x: float, dof: float) -> None:
    step = 1e-4
    slope = (student.survival(x - step, dof) - student.survival(x + step, dof)) / (2 * step)
    assert student.density(x, dof) == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_two_degrees_of_freedom_have_a_closed_form() -> None:
    for x in (0.0, 0.3, 1.0, 7.0, 1000.0):
        assert student.survival(x, 2) == pytest.approx(0.5 - x / (2 * math.sqrt(2 + x * x)), rel=1e-6, abs=1e-12)

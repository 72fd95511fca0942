"""A north arrow."""

from __future__ import annotations

import math

from planetary_qgis.core.mapping.sheet.drawing import BLACK, WHITE, Drawing


def draw_north(drawing: Drawing, x: float, y: float, height: float, turned: float) -> None:
    """An arrow around x, y that points to north, by so many degrees clockwise from up."""
    turn = math.radians(turned)

    def at(right: float, up: float) -> tuple[float, float]:
        right, up = right * height, up * height
        return (
            x + right * math.cos(turn) + up * math.sin(turn),
            y + right * math.sin(turn) - up * math.cos(turn),
        )

    tip, foot, notch = at(0.0, 0.28), at(0.16, -0.5), at(0.0, -0.36)
    drawing.lines([tip, foot, notch], fill=BLACK, line=0.12)
    drawing.lines([tip, at(-0.16, -0.5), notch], fill=WHITE, line=0.12)
    size = height * 0.26
    middle = at(0.0, 0.42)
    drawing.text("N", middle[0], middle[1] + size * 0.36, size, anchor="middle", bold=True)

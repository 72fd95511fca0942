"""The dialog that says what is wrong with coordinate reference systems, each with its repair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui.icons import icon

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding

_ICONS = {"error": "crs_error", "warning": "crs_warning", "note": "crs_note"}
_ICON_SIZE = 18
_SIZE = (560, 420)


class CrsDialog(QDialog):
    """A passive view: findings come in, wishes go out."""

    fix_asked = pyqtSignal(object)
    fix_all_asked = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryCrsDialog")
        self.setWindowTitle(self.tr("Coordinate Reference Systems"))
        self.resize(*_SIZE)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(9)
        self._keep = QCheckBox(self.tr("Also keep repairs beside the files, for other programs"))
        self._keep.setObjectName("crsKeepBeside")
        self._keep.setToolTip(
            self.tr(
                "Rasters get an .aux.xml or a VRT, shapefiles a new .prj; data stay as they are."
            )
        )
        self._all = QPushButton(self.tr("Fix All"))
        self._all.setObjectName("crsFixAll")
        self._all.setToolTip(self.tr("Mend what needs nobody to decide."))
        self._all.clicked.connect(self.fix_all_asked)
        layout = QVBoxLayout(self)
        layout.addWidget(self._scrolled(), 1)
        layout.addWidget(self._keep)
        layout.addWidget(self._buttons())

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these in place of what was there."""
        self._clear()
        for same in _by_repair(findings):
            self._rows.addWidget(self._row(same))
        if not findings:
            self._rows.addWidget(QLabel(self.tr("Nothing is wrong.")))
        self._rows.addStretch(1)
        self._all.setEnabled(any(each.repair and each.repair.is_sure for each in findings))

    def keeps_beside(self) -> bool:
        """Whether repairs are to be kept beside the files too."""
        return self._keep.isChecked()

    def _clear(self) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            if item.widget() is not None:
                # A click on its button may be what brought us here.
                item.widget().hide()
                item.widget().deleteLater()

    def _scrolled(self) -> QScrollArea:
        content = QWidget()
        content.setLayout(self._rows)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        return area

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self._all, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        return buttons

    def _row(self, findings: Sequence[Finding]) -> QWidget:
        """What one repair mends, or one thing that nothing does."""
        first = findings[0]
        row = QWidget()
        row.setObjectName("crsFinding")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        picture = QLabel()
        picture.setPixmap(icon(_ICONS[first.severity]).pixmap(_ICON_SIZE, _ICON_SIZE))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(_text(findings), 1)
        if first.repair is not None:
            layout.addWidget(self._fix_button(first), 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _fix_button(self, finding: Finding) -> QPushButton:
        sure = finding.repair.is_sure
        button = QPushButton(self.tr("Fix") if sure else self.tr("Fix?"))
        button.setObjectName("crsFix")
        doubt = "" if sure else self.tr(" (only if you know that it is so)")
        button.setToolTip(f"{finding.repair.title}{doubt}")
        button.clicked.connect(lambda: self.fix_asked.emit(finding))
        return button


def _by_repair(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings of a layer that one repair mends together; the others each alone."""
    rows: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        one = (finding.layer_id, finding.repair) if finding.repair is not None else number
        rows.setdefault(one, []).append(finding)
    return list(rows.values())


def _text(findings: Sequence[Finding]) -> QLabel:
    lines = [findings[0].where, *(finding.sentence for finding in findings)]
    if findings[0].repair is not None:
        lines.append(f"→ {findings[0].repair.title}")
    label = QLabel("\n".join(lines))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label

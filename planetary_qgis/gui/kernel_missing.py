"""What the kernels lack for the observation at hand, in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QLabel, QTextBrowser, QWidget

from planetary_qgis.gui.kernel_reading import Verdict

_DARK = 128
_LINES_AT_LEAST = 3
_FIND = "planetary:find-kernels"
_KERNELS = "planetary:kernels"


class MissingList(QTextBrowser):
    """All that is missing, each with what to do; `search_wanted` when its link is followed."""

    search_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("spiceMissing")
        self.setOpenLinks(False)
        self.setAccessibleName(self.tr("What is missing for the observation"))
        self.setMinimumHeight(_LINES_AT_LEAST * self.fontMetrics().lineSpacing() + 12)
        self._problems: tuple[str, ...] = ()
        self._remarks: tuple[str, ...] = ()
        self._verdict: Verdict | None = None
        self.anchorClicked.connect(self._follow)
        self._show()

    def show_kernels(self, problems: Sequence[str], remarks: Sequence[str]) -> None:
        """Say first what is wrong with the kernels themselves, and last what else is to know."""
        self._problems, self._remarks = tuple(problems), tuple(remarks)
        self._show()

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Say what is missing; without a verdict, what is wanted to look for it."""
        self._verdict = verdict
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()

    def _show(self) -> None:
        told = {each.sentence for each in self._verdict.missing} if self._verdict else set()
        untold = [each for each in self._problems if not any(map(each.startswith, told))]
        bad = [f"<p>⚠ {escape(problem)}</p>" for problem in untold]
        also = [f"<p>{escape(remark)}</p>" for remark in self._remarks if remark not in told]
        self.setHtml("".join([*bad, self._html(self._verdict), *also]))

    def _html(self, verdict: Verdict | None) -> str:
        if verdict is None:
            told = self.tr("Choose target, observer and times in Observe to see what is missing.")
            return f"<p>{escape(told)}</p>"
        if verdict.error is not None:
            return f"<p>{escape(str(verdict.error))}</p>"
        good = f"<p>{_good(all_there(verdict), self.palette())}</p>"
        parts = [
            f"<p><b>{escape(each.sentence)}</b><br>{escape(each.hint)}</p>"
            for each in sorted(verdict.missing, key=lambda each: not each.is_needed)
        ]
        if not verdict.lacks:
            return "".join([good, *parts])
        find = escape(self.tr("Find kernels in the archives…"))
        return "".join([*parts, f'<p><a href="{_FIND}">{find}</a></p>'])

    def _follow(self, address: QUrl) -> None:
        if address.toString() == _FIND:
            self.search_wanted.emit()


class MissingLine(QLabel):
    """The same in short; `details_wanted` when its link is followed."""

    details_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("spiceMissingLine")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.linkActivated.connect(lambda _address: self.details_wanted.emit())
        self.show_verdict(None)

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Say in a sentence whether something is missing; without a verdict, nothing."""
        self.setText(self._html(verdict))
        self.setVisible(verdict is not None)

    def _html(self, verdict: Verdict | None) -> str:
        if verdict is None:
            return ""
        if verdict.error is not None:
            return escape(str(verdict.error))
        if not verdict.lacks:
            return _good(all_there(verdict), self.palette())
        first, others = verdict.lacks[0], len(verdict.lacks) - 1
        more = self.tr("{count} more…").format(count=others) if others else self.tr("What to do…")
        return f'{escape(first.sentence)} <a href="{_KERNELS}">{escape(more)}</a>'


def all_there(verdict: Verdict) -> str:
    if verdict.times:
        return _tr("All kernels for this observation are there.")
    return _tr("All kernels are there, as far as can be told without times.")


def _good(sentence: str, palette: QPalette) -> str:
    """The sentence in a green that is legible on the palette's ground."""
    is_dark = palette.color(QPalette.ColorRole.Base).lightness() < _DARK
    return f'<span style="color:{"#7fd08a" if is_dark else "#1d7a33"}">✓ {escape(sentence)}</span>'


def _tr(text: str) -> str:
    return QCoreApplication.translate("KernelMissing", text)

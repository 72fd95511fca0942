"""What all algorithms of the provider share: errors, icon, and how an answer is handed over."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon

from planetary_qgis.core.dependencies import Feature, require
from planetary_qgis.core.errors import PlanetaryError

if TYPE_CHECKING:
    from planetary_qgis.core.products import Answer

ICON = Path(__file__).resolve().parents[1] / "resources" / "icons" / "planetary_qgis.svg"
OUTPUT = "OUTPUT"


class PlanetaryAlgorithm(QgsProcessingAlgorithm):
    """An algorithm whose errors are sentences.

    Children define `work`, which does what `processAlgorithm` does elsewhere and may raise
    PlanetaryErrors, and say in `feature` what needs which libraries.
    """

    feature: Feature
    _refusal: PlanetaryError | None = None

    def createInstance(self) -> PlanetaryAlgorithm:
        return type(self)()

    def icon(self) -> QIcon:
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:
        return str(ICON)

    def tr(self, text: str) -> str:
        return QCoreApplication.translate(type(self).__name__, text)

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        _feedback: QgsProcessingFeedback,
    ) -> bool:
        """Take what is needed; an error is kept for later: scripts are told of none from here."""
        try:
            require(self.feature)
            self.take(parameters, context)
        except PlanetaryError as error:
            _forget_frames(error)
            self._refusal = error.with_traceback(None)
        return True

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """For children: take from layers and the project, on their own thread, what is needed."""

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        results, problem = self._outcome(parameters, context, feedback)
        # QGIS keeps what is raised here, and with it all that is at hand: see _forget_frames.
        del self, parameters, context, feedback
        if problem:
            raise QgsProcessingException(problem)
        return results

    def _outcome(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> tuple[dict[str, Any], str]:
        """The results, and the sentence that says why there are none."""
        problem: Exception | None = self._refusal
        if problem is None:
            try:
                return self.work(parameters, context, feedback), ""
            except (PlanetaryError, QgsProcessingException) as error:
                _forget_frames(error)
                problem = error.with_traceback(None)
        if feedback.isCanceled():
            return {}, ""
        if isinstance(problem, PlanetaryError) and problem.details:
            feedback.pushDebugInfo(problem.details)
        return {}, str(problem)

    def postProcessAlgorithm(
        self, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        problem = ""
        try:
            self.end(context, feedback)
        except PlanetaryError as error:
            _forget_frames(error)
            problem = str(error)
        del self, context, feedback
        if problem:
            raise QgsProcessingException(problem)
        return {}

    def end(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """For children: do on the main thread, after `work`, what cannot be done on another."""

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        raise NotImplementedError

    def hand_over(
        self,
        answer: Answer,
        title: str,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        output: str = OUTPUT,
    ) -> dict[str, Any]:
        """Write an answer where its output says, tell its problems, give Processing's results."""
        # Processing loads this module while QGIS starts; these are for those who run something.
        from planetary_qgis.processing.outputs import write_answer

        results = write_answer(self, answer, title, parameters, context, feedback, output)
        for sentence in answer.report.sentences():
            feedback.pushWarning(sentence)
        return results


def _forget_frames(error: BaseException) -> None:
    """Let go of what was at hand where an error arose.

    QGIS keeps exceptions that algorithms raise. Layers that their frames hold would die when QGIS
    itself does, and take it down with them.
    """
    behind: BaseException | None = error
    while behind is not None:
        traceback.clear_frames(behind.__traceback__)
        behind = behind.__cause__ or behind.__context__


class ArchiveAlgorithm(PlanetaryAlgorithm):
    """An algorithm of the group Archives."""

    feature = Feature.PDS_SEARCH

    def group(self) -> str:
        return self.tr("Archives")

    def groupId(self) -> str:
        return "archives"

"""What all algorithms of the provider share: errors, icon, and how an answer is handed over."""

from __future__ import annotations

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

    def createInstance(self) -> PlanetaryAlgorithm:
        return type(self)()

    def icon(self) -> QIcon:
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:
        return str(ICON)

    def tr(self, text: str) -> str:
        return QCoreApplication.translate(type(self).__name__, text)

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        try:
            require(self.feature)
            return self.work(parameters, context, feedback)
        except PlanetaryError as error:
            if feedback.isCanceled():
                return {}
            if error.details:
                feedback.pushDebugInfo(error.details)
            raise QgsProcessingException(str(error)) from error

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


class ArchiveAlgorithm(PlanetaryAlgorithm):
    """An algorithm of the group Archives."""

    feature = Feature.PDS_SEARCH

    def group(self) -> str:
        return self.tr("Archives")

    def groupId(self) -> str:
        return "archives"

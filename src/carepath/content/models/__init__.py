"""The form of the content files, checked by pydantic: unknown keys are refused and nothing is converted.

Conditions are ``Any`` here: they are read from the positioned nodes by ``language.parse``.
"""

from carepath.content.models.base import DescribedForm, FileForm, GroundForm, Id, IsoDate, Name, TextForm
from carepath.content.models.cards import CardsFile
from carepath.content.models.codes import CodeForm, FhirCodesFile, InstrumentsFile, SiteCodesFile
from carepath.content.models.pathway import PathwayFile, StepForm, TransitionForm
from carepath.content.models.registers import ConflictsFile, CoverageFile, EntitlementFile, ModulesFile, UnavailableFile
from carepath.content.models.rules import InformationFile, OutputForm, ResolveFile, ResolveForm, RulesFile, SelectorForm
from carepath.content.models.vocabulary import (
    EditionFile,
    FindingForm,
    FindingsFile,
    OutputsFile,
    ParametersFile,
    PartForm,
    PhrasesFile,
    SourcesFile,
    TermsFile,
)

__all__ = [
    "CardsFile",
    "CodeForm",
    "ConflictsFile",
    "CoverageFile",
    "DescribedForm",
    "EditionFile",
    "EntitlementFile",
    "FhirCodesFile",
    "FileForm",
    "FindingForm",
    "FindingsFile",
    "GroundForm",
    "Id",
    "InformationFile",
    "InstrumentsFile",
    "IsoDate",
    "ModulesFile",
    "Name",
    "OutputForm",
    "OutputsFile",
    "ParametersFile",
    "PartForm",
    "PathwayFile",
    "PhrasesFile",
    "ResolveFile",
    "ResolveForm",
    "RulesFile",
    "SelectorForm",
    "SiteCodesFile",
    "SourcesFile",
    "StepForm",
    "TermsFile",
    "TextForm",
    "TransitionForm",
    "UnavailableFile",
]

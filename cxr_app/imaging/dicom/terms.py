"""Defined terms of the standard, the only words of a header that may reach anybody."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["CHEST", "LATERAL_CODES", "LATERAL_VIEWS", "MODALITIES", "PARTS", "VIEWS"]

# PS3.3, C.7.3.1.1.1: those that arrive in place of a radiograph, as the sentence names them.
MODALITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BI": "a biomagnetic image (BI)",
        "BMD": "a bone density measurement (BMD)",
        "CT": "a CT image",
        "DG": "a diaphanogram (DG)",
        "DOC": "a document (DOC)",
        "ECG": "an ECG",
        "ES": "an endoscopic image (ES)",
        "GM": "a microscopic image (GM)",
        "HC": "a hard copy (HC)",
        "IO": "a dental film (IO)",
        "IVUS": "an intravascular ultrasound image (IVUS)",
        "KO": "a key object selection (KO)",
        "MG": "a mammogram (MG)",
        "MR": "an MR image",
        "NM": "a nuclear medicine image (NM)",
        "OCT": "an optical coherence tomogram (OCT)",
        "OP": "an ophthalmic photograph (OP)",
        "OT": "of another modality (OT)",
        "PR": "a presentation state (PR)",
        "PT": "a PET image (PT)",
        "PX": "a panoramic dental film (PX)",
        "REG": "a registration (REG)",
        "RF": "a fluoroscopy image (RF)",
        "RTDOSE": "a radiotherapy dose (RTDOSE)",
        "RTIMAGE": "a radiotherapy image (RTIMAGE)",
        "RTPLAN": "a radiotherapy plan (RTPLAN)",
        "RTSTRUCT": "a radiotherapy structure set (RTSTRUCT)",
        "SC": "a secondary capture (SC)",
        "SEG": "a segmentation (SEG)",
        "SM": "a slide microscopy image (SM)",
        "SR": "a structured report (SR)",
        "US": "an ultrasound image (US)",
        "XA": "an angiogram (XA)",
        "XC": "a photograph (XC)",
    }
)

# PS3.16, Annex L, and the spellings of BodyPartExamined that are in use for the chest.
CHEST: Final = frozenset(
    [
        "CHEST",
        "THORAX",
        "TORAX",
        "RIB",
        "RIBS",
        "LUNG",
        "LUNGS",
        "HEART",
        "MEDIASTINUM",
        "PLEURA",
        "CHESTABDOMEN",
        "CHESTABDPELVIS",
        "CHESTABDPELV",
    ]
)

# PS3.16, Annex L: what radiographs show besides the chest, as the sentence names it.
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ABDOMEN": "the abdomen",
        "ABDOMENPELVIS": "the abdomen and pelvis",
        "ANKLE": "the ankle",
        "ARM": "the arm",
        "BREAST": "the breast",
        "CALCANEUS": "the heel",
        "CLAVICLE": "the clavicle",
        "CSPINE": "the cervical spine",
        "ELBOW": "the elbow",
        "EXTREMITY": "an extremity",
        "FEMUR": "the femur",
        "FINGER": "a finger",
        "FOOT": "the foot",
        "FOREARM": "the forearm",
        "HAND": "the hand",
        "HEAD": "the head",
        "HIP": "the hip",
        "HUMERUS": "the humerus",
        "JAW": "the jaw",
        "KNEE": "the knee",
        "LEG": "the leg",
        "LSPINE": "the lumbar spine",
        "NECK": "the neck",
        "PELVIS": "the pelvis",
        "SCAPULA": "the scapula",
        "SHOULDER": "the shoulder",
        "SKULL": "the skull",
        "SPINE": "the spine",
        "SSPINE": "the sacrum",
        "TOE": "a toe",
        "TSPINE": "the thoracic spine",
        "WHOLEBODY": "the whole body",
        "WRIST": "the wrist",
    }
)

# PS3.3, C.8.1.1 and C.8.11.5: View Position.
VIEWS: Final = frozenset(["PA", "AP", "LL", "RL", "RLD", "LLD", "RLO", "LLO"])
LATERAL_VIEWS: Final = frozenset(["LL", "RL", "LATERAL", "LAT"])
# PS3.16, CID 4010: lateral, left and right lateral, medio-lateral, latero-medial; SNOMED CT, then
# the older codes (SRT) of the same.
LATERAL_CODES: Final = frozenset(
    [
        "399067008",
        "399173006",
        "399198007",
        "399260004",
        "399352003",
        "R-102CD",
        "R-10236",
        "R-10232",
        "R-10224",
        "R-10228",
    ]
)

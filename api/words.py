"""The few words that the API itself says to people, in the lab's six languages: on cards and in feeds.

Whatever is longer belongs to pages. Nobody has reviewed the translations yet.
"""

# ruff: noqa: RUF001 - Greek letters that look like Latin ones are meant

from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """Languages of the lab."""

    ENGLISH = "en"
    SPANISH = "es"
    FRENCH = "fr"
    PORTUGUESE = "pt"
    GREEK = "el"
    ARABIC = "ar"


RIGHT_TO_LEFT: Final = frozenset({Language.ARABIC})

_ORDER: Final = tuple(Language)


def _in_all(*texts: str) -> dict[Language, str]:
    return dict(zip(_ORDER, texts, strict=True))


PLEDGED: Final = _in_all("Pledged", "Aportado", "Promis", "Prometido", "Συνεισφορές", "التعهدات")
MATCHED: Final = _in_all(
    "Public match",
    "Aporte público",
    "Abondement public",
    "Contrapartida pública",
    "Δημόσια συμπλήρωση",
    "المساهمة العامة",
)
GOAL: Final = _in_all("Goal", "Objetivo", "Objectif", "Objetivo", "Στόχος", "الهدف")
BACKERS: Final = _in_all("Backers", "Personas que apoyan", "Soutiens", "Apoiantes", "Υποστηρικτές", "الداعمون")
ENDS: Final = _in_all("Deadline", "Fecha límite", "Date limite", "Prazo", "Προθεσμία", "الموعد النهائي")
CAMPAIGN: Final = _in_all("Campaign {}", "Campaña {}", "Campagne {}", "Campanha {}", "Εκστρατεία {}", "الحملة {}")
POOL: Final = _in_all("Pool {}", "Fondo {}", "Fonds {}", "Fundo {}", "Ταμείο {}", "الصندوق {}")
AS_OF: Final = _in_all("Block {}", "Bloque {}", "Bloc {}", "Bloco {}", "Μπλοκ {}", "الكتلة {}")
NEWS: Final = _in_all(
    "News of the lab", "Novedades del laboratorio", "Nouvelles du laboratoire", "Notícias do laboratório",
    "Νέα του εργαστηρίου", "أخبار المختبر",
)  # fmt: skip

PHASES: Final = {
    "submitted": _in_all("Submitted", "Presentada", "Soumise", "Submetida", "Υποβλήθηκε", "مقدَّمة"),
    "approved": _in_all("Approved", "Aprobada", "Approuvée", "Aprovada", "Εγκρίθηκε", "موافَق عليها"),
    "rejected": _in_all("Rejected", "Rechazada", "Refusée", "Rejeitada", "Απορρίφθηκε", "مرفوضة"),
    "lapsed": _in_all("Lapsed", "Caducada", "Caduque", "Caducada", "Εξέπνευσε", "انقضت"),
    "live": _in_all("Live", "Abierta", "Ouverte", "Aberta", "Ανοιχτή", "مفتوحة"),
    "extension": _in_all("Extension", "Prórroga", "Prolongation", "Prolongamento", "Παράταση", "تمديد"),
    "failed": _in_all("Failed", "No alcanzada", "Non aboutie", "Não alcançada", "Απέτυχε", "لم تنجح"),
    "canceled": _in_all("Canceled", "Cancelada", "Annulée", "Cancelada", "Ακυρώθηκε", "ملغاة"),
    "delivering": _in_all("Delivering", "En ejecución", "En réalisation", "Em execução", "Σε υλοποίηση", "قيد التنفيذ"),
    "completed": _in_all("Completed", "Completada", "Terminée", "Concluída", "Ολοκληρώθηκε", "اكتملت"),
    "terminated": _in_all("Terminated", "Terminada", "Arrêtée", "Terminada", "Διακόπηκε", "أُنهيت"),
}
"""Phases of a campaign."""

HAPPENINGS: Final = {
    "CampaignApproved": _in_all(
        "It was approved", "Ha sido aprobada", "Elle est approuvée", "Foi aprovada", "Εγκρίθηκε", "تمت الموافقة عليها"
    ),
    "CampaignCanceled": _in_all(
        "It was canceled", "Ha sido cancelada", "Elle est annulée", "Foi cancelada", "Ακυρώθηκε", "أُلغيت"
    ),
    "CampaignCompleted": _in_all(
        "It is completed", "Está completada", "Elle est terminée", "Está concluída", "Ολοκληρώθηκε", "اكتملت"
    ),
    "CampaignTerminated": _in_all(
        "It was terminated; backers get back what is not released",
        "Ha sido terminada; se devuelve lo que no se liberó",
        "Elle est arrêtée ; le reste est rendu aux soutiens",
        "Foi terminada; devolve-se o que não foi libertado",
        "Διακόπηκε· επιστρέφεται ό,τι δεν αποδεσμεύτηκε",
        "أُنهيت؛ ويُعاد إلى الداعمين ما لم يُصرف",
    ),
    "StretchGoalReached": _in_all(
        "It reached its stretch goal", "Alcanzó su objetivo ampliado", "Elle a atteint son objectif étendu",
        "Atingiu o objetivo alargado", "Πέτυχε τον διευρυμένο στόχο", "بلغت هدفها الموسّع",
    ),
    "MilestoneClaimed": _in_all(
        "A milestone is claimed; objections are open", "Se reclama un hito; se puede objetar",
        "Une étape est réclamée ; les objections sont ouvertes", "Um marco foi reclamado; pode objetar-se",
        "Ζητήθηκε ορόσημο· δεκτές οι ενστάσεις", "طُلب صرف مرحلة؛ وباب الاعتراض مفتوح",
    ),
    "MilestoneReleased": _in_all(
        "A milestone was released", "Se liberó un hito", "Une étape est libérée", "Um marco foi libertado",
        "Αποδεσμεύτηκε ορόσημο", "صُرفت مرحلة",
    ),
    "UpdatePosted": _in_all(
        "The organizer posted an update", "Hay novedades de quien organiza", "L'organisateur donne des nouvelles",
        "Há novidades de quem organiza", "Ο διοργανωτής δημοσίευσε νέα", "نشر المنظِّم تحديثًا",
    ),
    "PoolOpened": _in_all(
        "A public body opened a pool", "Una entidad pública abrió un fondo", "Un organisme public a ouvert un fonds",
        "Uma entidade pública abriu um fundo", "Δημόσιος φορέας άνοιξε ταμείο", "فتحت جهة عامة صندوقًا",
    ),
}  # fmt: skip
"""What the feeds tell, by event."""

"""The sentences that moderators choose from when they tell an author why, in the languages of the interface.

A text is two sentences' worth: what we hold to here, by the reason, and what became of it and can be done now, by the
decision. Whoever decides may change every word.
"""
from collections.abc import Mapping
from typing import Final, NamedTuple

from forum.moderation.models import Decision, FlagReason

DEFAULT: Final = "en"


class Canned(NamedTuple):
    """One text to choose: it speaks of ``reason`` and goes with ``decision``."""

    reason: FlagReason
    decision: Decision
    text: str


class _Phrases(NamedTuple):
    """In one language: sentences in the order of ``FlagReason``, then in that of the decisions that speak."""

    rules: tuple[str, str, str, str, str, str]
    note: str
    hide: str
    silence: str
    remove: str


_ENGLISH: Final = _Phrases(
    rules=(
        "We keep this place free of advertising, so that people come for answers and not for offers.",
        "We argue with what was said and leave the person in peace; these lines were about the person.",
        "Each group keeps to its subject, so that people find what they came for; this belongs somewhere else.",
        "We leave private details of people out of what we write, even when they are meant kindly or known already.",
        "What is said here as a fact should hold when somebody looks it up, and we could not find it confirmed.",
        "This does not fit what we have agreed on in this group.",
    ),
    note="It stays where it is, and nothing else follows. Please put it right where you can.",
    hide="We have hidden it; you can still read it. You may write it again without that part, or appeal: then"
    " another person looks at it.",
    silence="We have hidden it, and for a while you can read here but not write. If you think that we are wrong,"
    " appeal: another person then looks at both.",
    remove="We have removed it. You are welcome to write here again within these lines; if you think that we are"
    " wrong, appeal, and another person looks at it.",
)
_FRENCH: Final = _Phrases(
    rules=(
        "Ici, pas de publicité : on vient y chercher des réponses, pas des offres.",
        "Nous discutons ce qui est dit et laissons la personne en paix ; ces lignes visaient la personne.",
        "Chaque groupe s'en tient à son sujet, pour que chacun y trouve ce qu'il cherche ; ceci a sa place ailleurs.",
        "Les coordonnées et détails privés n'ont pas leur place ici, même partagés de bon cœur ou déjà connus.",
        "Ce qui est affirmé ici comme un fait doit tenir quand on le vérifie, et nous n'avons pas pu le confirmer.",
        "Ceci ne correspond pas à ce dont nous sommes convenus dans ce groupe.",
    ),
    note="Votre texte reste en place et il n'y aura pas d'autre suite. Corrigez-le si vous le pouvez, merci.",
    hide="Nous l'avons masqué ; vous pouvez toujours le lire. Vous pouvez l'écrire de nouveau sans ce passage, ou faire"
    " appel : une autre personne l'examinera.",
    silence="Nous l'avons masqué et, pour quelque temps, vous pouvez lire ici mais pas écrire. Si vous pensez que nous"
    " avons tort, faites appel : une autre personne examinera les deux.",
    remove="Nous l'avons retiré. Vous pouvez continuer à écrire ici dans ces limites ; si vous pensez que nous avons"
    " tort, faites appel et une autre personne l'examinera.",
)
_SPANISH: Final = _Phrases(
    rules=(
        "Aquí no se hace publicidad: la gente viene por respuestas, no por ofertas.",
        "Discutimos lo que se dice y dejamos en paz a la persona; estas líneas eran sobre la persona.",
        "Cada grupo se queda en su tema, para que todos encuentren lo que buscan; esto tiene su lugar en otra parte.",
        "Los datos privados de las personas se quedan fuera, aunque se compartan de buena fe o ya se conozcan.",
        "Lo que aquí se afirma como un hecho debe sostenerse cuando alguien lo busca, y no pudimos confirmarlo.",
        "Esto no encaja con lo que hemos acordado en este grupo.",
    ),
    note="Se queda donde está y no habrá nada más. Le agradecemos que lo corrija donde pueda.",
    hide="Lo hemos ocultado; usted lo sigue leyendo. Puede escribirlo de nuevo sin esa parte, o apelar: entonces lo"
    " mira otra persona.",
    silence="Lo hemos ocultado y por un tiempo usted podrá leer aquí, pero no escribir. Si cree que nos equivocamos,"
    " apele: otra persona mirará las dos cosas.",
    remove="Lo hemos retirado. Puede seguir escribiendo aquí dentro de estos límites; si cree que nos equivocamos,"
    " apele y lo mirará otra persona.",
)
_PORTUGUESE: Final = _Phrases(
    rules=(
        "Aqui não se faz publicidade: as pessoas vêm à procura de respostas, não de ofertas.",
        "Discutimos o que foi dito e deixamos a pessoa em paz; estas linhas eram sobre a pessoa.",
        "Cada grupo fica no seu assunto, para que todos encontrem o que procuram; isto tem lugar noutro sítio.",
        "Os dados privados das pessoas ficam de fora, mesmo partilhados por bem ou já conhecidos.",
        "O que aqui se afirma como facto deve manter-se quando alguém o verifica, e não o pudemos confirmar.",
        "Isto não corresponde ao que combinámos neste grupo.",
    ),
    note="Fica onde está e não haverá mais nada. Agradecemos que o corrija onde puder.",
    hide="Ocultámos o texto; ainda o pode ler. Pode escrevê-lo de novo sem essa parte, ou recorrer: nesse caso outra"
    " pessoa o examina.",
    silence="Ocultámos o texto e, por algum tempo, pode ler aqui mas não escrever. Se acha que nos enganámos, recorra:"
    " outra pessoa examina as duas coisas.",
    remove="Retirámos o texto. Pode continuar a escrever aqui dentro destes limites; se acha que nos enganámos,"
    " recorra e outra pessoa o examina.",
)
_ARABIC: Final = _Phrases(
    rules=(
        "هذا المكان خالٍ من الإعلانات، فالناس يأتون إليه طلبًا للإجابات لا للعروض.",
        "نناقش ما قيل ونترك صاحبه في سلام، وهذه السطور كانت عن الشخص نفسه.",
        "لكل مجموعة موضوعها كي يجد الناس ما جاؤوا من أجله، وهذا مكانه في موضع آخر.",
        "لا ننشر هنا بيانات الناس الخاصة، ولو كان القصد طيبًا أو كانت معروفة من قبل.",
        "ما يُذكر هنا على أنه حقيقة ينبغي أن يصمد أمام من يتحقق منه، ولم نجد ما يؤكده.",
        "هذا لا يوافق ما اتفقنا عليه في هذه المجموعة.",
    ),
    note="يبقى النص في مكانه ولا يترتب على هذا شيء آخر. نرجو تصحيحه حيث أمكن.",
    hide="أخفينا النص، وما زال بإمكانك أن تقرأه. يمكنك كتابته من جديد من دون ذلك الجزء، أو التظلّم فينظر فيه شخص آخر.",
    silence="أخفينا النص، ويمكنك لبعض الوقت أن تقرأ هنا من دون أن تكتب. إن رأيت أننا أخطأنا فلك أن تتظلّم، وينظر شخص"
    " آخر في الأمرين معًا.",
    remove="أزلنا النص. نرحب بكتابتك هنا ضمن هذه الحدود، وإن رأيت أننا أخطأنا فلك أن تتظلّم فينظر فيه شخص آخر.",
)
_RUSSIAN: Final = _Phrases(
    rules=(
        "Здесь нет рекламы: сюда приходят за ответами, а не за предложениями.",
        "Мы спорим со сказанным и оставляем человека в покое; эти строки были о человеке.",
        "Каждая группа держится своей темы, чтобы люди находили то, за чем пришли; этому место в другой.",
        "Личные сведения о людях мы не публикуем, даже из лучших побуждений и даже если они кому-то известны.",
        "То, что здесь названо фактом, должно выдерживать проверку, а подтверждения мы не нашли.",
        "Это не отвечает тому, о чём мы договорились в этой группе.",
    ),
    note="Текст остаётся на месте, других последствий не будет. Пожалуйста, поправьте его, где сможете.",
    hide="Мы скрыли текст; вам он по-прежнему виден. Можно написать его заново без этого места или подать жалобу: тогда"
    " посмотрит другой человек.",
    silence="Мы скрыли текст, и некоторое время вы сможете здесь читать, но не писать. Если считаете, что мы ошиблись,"
    " подайте жалобу: другой человек посмотрит и то и другое.",
    remove="Мы удалили текст. Пишите здесь и дальше в этих рамках; если считаете, что мы ошиблись, подайте жалобу, и"
    " посмотрит другой человек.",
)
_CHINESE: Final = _Phrases(
    rules=(
        "这里不做广告，大家来是为了找答案，不是看推销。",
        "我们讨论观点，不针对个人；这几行话说的是人。",
        "每个小组都有自己的主题，这样大家才找得到要找的内容；这一篇更适合放在别处。",
        "他人的私人信息不在这里公布，即使出于好意，或者别处已经查得到。",
        "在这里作为事实说出来的话，应当经得起查证；这一处我们没有找到依据。",
        "这不符合我们在本组的约定。",
    ),
    note="文字原样保留，不会有其他处理。如能改正，请您改一下。",
    hide="我们已将它隐藏，您自己仍可看到。您可以去掉那部分后重新发表，也可以申诉，由另一位同事来看。",
    silence="我们已将它隐藏，您在一段时间内可以阅读，但不能发言。如果您认为我们错了，可以申诉，由另一位同事重新看这两件事。",
    remove="我们已将它移除。欢迎您在这些约定之内继续发言；如果您认为我们错了，可以申诉，由另一位同事来看。",
)


def _composed(phrases: _Phrases) -> tuple[Canned, ...]:
    endings = {
        Decision.NOTE: phrases.note,
        Decision.HIDE: phrases.hide,
        Decision.HIDE_AND_SILENCE: phrases.silence,
        Decision.REMOVE: phrases.remove,
    }
    # Chinese sets no space between sentences.
    gap = "" if phrases is _CHINESE else " "
    ruled = zip(FlagReason, phrases.rules, strict=True)
    return tuple(
        Canned(reason, decision, rule + gap + ending) for reason, rule in ruled for decision, ending in endings.items()
    )


CANNED: Final[Mapping[str, tuple[Canned, ...]]] = {
    "en": _composed(_ENGLISH),
    "fr": _composed(_FRENCH),
    "es": _composed(_SPANISH),
    "pt": _composed(_PORTUGUESE),
    "ar": _composed(_ARABIC),
    "ru": _composed(_RUSSIAN),
    "zh": _composed(_CHINESE),
}


def canned(language: str) -> tuple[Canned, ...]:
    """The texts in a group's language, in English where it is none of ours."""
    return CANNED.get(language, CANNED[DEFAULT])

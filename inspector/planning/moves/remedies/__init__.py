"""What to do about the conditions of a move."""

from inspector.cluster.move_conditions import Answer, Requirement, Situation
from inspector.planning.moves.remedies.kinds import REIMAGE, Remedy
from inspector.planning.moves.remedies.looks import LOOKS, TO_KNOW
from inspector.planning.moves.remedies.repairs import REPAIRS
from inspector.wording import names


def remedy_of(situation: Situation, found: Requirement) -> Remedy | None:
    """Return what to do about a condition; ``None`` where it is met."""
    if found.answer is Answer.MET:
        return None
    if found.answer is Answer.NOT_MET:
        repair = REPAIRS.get(found.condition)
        return repair(situation) if repair is not None else TO_KNOW[found.condition]
    look = LOOKS.get(found.condition)
    if look is not None:
        return look(situation)
    actions = names(dict.fromkeys(each.action for each in found.gaps))
    words = (
        f"Grant {actions}, and plan again" if actions else "Look it up yourself: ARM does not tell"
    )
    return Remedy(words=words, is_step=False)


__all__ = ["LOOKS", "REIMAGE", "REPAIRS", "Remedy", "remedy_of"]

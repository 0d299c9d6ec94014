"""Networks that a store holds of a study whose code or settings have changed since.

Beside new ones they would make one cell of two different methods, so nothing is trained until a person has said what is
to become of them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from runners.plan import Run
from runners.record import SPEEDUP_TARGET, written_identity
from runners.store import Network, Recorded

_NAMED = 5  # methods that a refusal names


def outdated(runs: Sequence[Run], held: Recorded) -> dict[str, list[Network]]:
    """Finished networks of the plan's methods that were made otherwise, by the digest of the run to replace each.

    A network of a seed or size that is not asked for any more is held against what the plan would make of it. Where it
    was made otherwise it goes with the first run of its method.
    """
    planned = {written_identity(run): run for run in runs}
    of_method: dict[tuple[str, ...], Run] = {}
    for identity, run in planned.items():
        of_method.setdefault(identity[:4], run)
    found: dict[str, list[Network]] = defaultdict(list)
    for network in held.networks:
        if not network.finished or network.identity is None or network.identity[:4] not in of_method:
            continue
        first = of_method[network.identity[:4]]
        seed, target, ratio = network.identity[4:]
        speedup = target == SPEEDUP_TARGET
        now = planned.get(network.identity) or first.elsewhere(int(seed), float(ratio), by_speedup=speedup)
        if now.digest != network.digest:
            found[(planned.get(network.identity) or first).digest].append(network)
    return dict(found)


def outlived(held: Recorded, found: Mapping[str, Sequence[Network]]) -> list[tuple[Network, tuple[Network, ...]]]:
    """Finished networks that are not `found` to be outdated, each with attempts at it that are still in the study.

    So they are where a call was killed after one was written and before the other was taken out.
    """
    old = {network.run for networks in found.values() for network in networks}
    finished = (network for network in held.networks if network.finished and network.run not in old)
    pairs = ((network, held.attempts(network)) for network in finished)
    return [(network, attempts) for network, attempts in pairs if attempts]


def refusal(store: Path, found: Mapping[str, Sequence[Network]]) -> str:
    """One line: how many networks of which methods were made otherwise, and what to do."""
    methods = Counter(network.identity[2] for networks in found.values() for network in networks if network.identity)
    count, names = methods.total(), [f"`{name}`" for name in sorted(methods)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"{store}: {count} network{'s' if count > 1 else ''} of {', '.join(names[:_NAMED])}{more} "
        f"{'were' if count > 1 else 'was'} made with other code or settings than the study has now: choose another "
        "--results directory, or give --replace to train them anew and take the old ones out of the study"
    )

"""Votes between the clips of a sweep, as votes between the values of one of its axes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

from .votes import Vote, merge


@dataclass(frozen=True)
class AxisVotes:
    """What votes between clips say about the values of one axis.

    Attributes
    ----------
    votes
        Votes whose candidates are values ("dolly in", "handheld"), with the voter, time and id of the votes they come
        from: ready for `bradley_terry.fit` and `verdict.verdict`.
    settings
        In how many settings of the other axes they were cast; 0 if those were not given.
    equal
        How many votes are left out because both clips have the same value: they say nothing about the axis.
    confounded
        How many are left out because the clips differ on other axes too.
    unknown
        How many are left out because a clip has no value there: it was deleted, or is none of the sweep's.
    """

    votes: tuple[Vote, ...]
    settings: int
    equal: int
    confounded: int
    unknown: int


def by_value(
    votes: Iterable[Vote], value_of: Mapping[str, str], rest_of: Mapping[str, Hashable] | None = None
) -> AxisVotes:
    """Turn votes between clips into votes between values of an axis: "dolly in beats handheld, over all subjects".

    A vote between two clips that differ on another axis as well is confounded: the fox may have won because it is a
    fox. One such vote tells nothing about the axis. Many do on average, if what else differs was drawn by lot, apart
    from the value; they are noisier, and pull the values' strengths together. `pairing.next_pair` does not draw so: it
    goes where the winners are. So confounded votes are left out where ``rest_of`` is given, and leaving it out says
    that there is no other axis, or that the pairs were drawn by lot.

    The result is about the clips that were voted on, each as often as it was: another repeat of the same prompt can
    come out otherwise, and a setting with most of the votes has most of the say. "Better" by the e-process denies that
    the values are equal in *every* setting.

    Parameters
    ----------
    votes
        Votes between clips, of any number of voters; repeats by id count once.
    value_of
        The axis's value of each clip.
    rest_of
        All else that the sweep varies, of each clip: what has to be equal for two clips to be compared. Clips that it
        lacks are unknown.

    Examples
    --------
    >>> votes = [Vote("t1", "t2", "left", "ann", 1.0, "1"), Vote("t1", "t3", "left", "ann", 2.0, "2")]
    >>> camera = {"t1": "dolly in", "t2": "handheld", "t3": "handheld"}
    >>> found = by_value(votes, camera, rest_of={"t1": "fox", "t2": "fox", "t3": "snow"})
    >>> found.votes[0].left, found.votes[0].right, found.confounded
    ('dolly in', 'handheld', 1)
    """
    kept: list[Vote] = []
    settings: set[Hashable] = set()
    equal = confounded = unknown = 0
    for vote in merge(votes):
        clips = (vote.left, vote.right)
        if not all(clip in value_of and (rest_of is None or clip in rest_of) for clip in clips):
            unknown += 1
        elif value_of[vote.left] == value_of[vote.right]:
            equal += 1
        elif rest_of is not None and rest_of[vote.left] != rest_of[vote.right]:
            confounded += 1
        else:
            kept.append(replace(vote, left=value_of[vote.left], right=value_of[vote.right]))
            if rest_of is not None:
                settings.add(rest_of[vote.left])
    return AxisVotes(tuple(kept), len(settings), equal, confounded, unknown)

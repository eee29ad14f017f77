"""The present of all accounts in; their ranking, their three piles, their benchmarks and segments, out."""

import numpy as np

from engine.arithmetic import views
from engine.language.views import PILES
from engine.reports.columns import Document, Standing, listed, told
from engine.reports.scale import Scale
from engine.snapshot import Texts


def ranking(standing: Standing, scale: Scale) -> list[Document]:
    """All accounts with a known value, the highest first, each with all its views."""
    known = standing.only(~np.isnan(standing.values))
    ranks = views.ranks(known.values)
    columns = {
        "rank": [int(rank) for rank in ranks],
        "gained": listed(known.gained),
        "account": known.ids,
        "name": known.names,
        "owner": known.owners,
        "value": listed(known.values),
        "band": known.bands,
        "label": [scale.bands.get(band) for band in known.bands],
        "letter": scale.letters(known),
        "stage": scale.stages(known),
        "level": [int(level) for level in views.levels(known.values)],
        "pile": scale.piles(known),
        "percentile": listed(views.percentiles(known.values)),
        "class": views.classes(known.values),
    }
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [rows[place] for place in np.lexsort((known.ids.astype(str), ranks))]


def piles(ranked: list[Document], scale: Scale) -> list[Document]:
    """The three piles, the worst first: the bands that make each, how many accounts lie in it, their share."""
    return [
        {
            "pile": pile,
            "label": label,
            "bands": list(scale.bands_of(pile)),
            "accounts": (count := sum(row["pile"] == pile for row in ranked)),
            "share": round(count / len(ranked), 4) if ranked else None,
        }
        for pile, label in PILES.items()
    ]


def benchmarks(standing: Standing) -> list[Document]:
    """Per percentile class the mean of its values, and how far they reach."""
    return [
        {
            "class": one.name,
            "accounts": one.accounts,
            "mean": told(one.mean),
            "lowest": told(one.lowest),
            "highest": told(one.highest),
        }
        for one in views.benchmarks(standing.values)
    ]


def segments(standing: Standing, scale: Scale, groups: Texts) -> list[Document]:
    """Per group of accounts the mean and the median of what is known, and the share of it in each band.

    Groups in the order of their names; those of no group come last, under None.
    """
    return [_segment(standing.only(groups == group), scale, group) for group in in_order(groups)]


def in_order(groups: Texts) -> list[str | None]:
    """Each group once, by name; None, if anyone is in none, last."""
    there = set(groups.tolist())
    return [*sorted(there - {None}), *({None} & there)]


def _segment(standing: Standing, scale: Scale, group: str | None) -> Document:
    values = standing.values[~np.isnan(standing.values)]
    share = {
        band: round(float((standing.bands == band).sum()) / len(values), 4) if len(values) else None
        for band in scale.bands
    }
    return {
        "group": group,
        "accounts": len(standing),
        "unknown": len(standing) - len(values),
        "mean": round(float(values.mean()), 4) if len(values) else None,
        "median": round(float(np.median(values)), 4) if len(values) else None,
        "bands": share,
    }

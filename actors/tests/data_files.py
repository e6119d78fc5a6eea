"""Made-up files in the format of the data sets that can be imported. All names of agreements and rows are invented."""

import csv
from pathlib import Path

from actors.importing import atop, dcad, uk_treaties, un_status

ALLIANCE = dict.fromkeys([*atop.ALLIANCE_COLUMNS, "mem1", "mem2", "mem3"], "0") | {
    "atopid": "9001", "version": "5.1", "begyr": "1950", "begmo": "3", "begday": "4", "ineffect": "1", "bilat": "1", "estmode": "1",
    "defense": "1", "mem1": "220", "mem2": "290", "mem3": "",
}  # fmt: skip
MEMBER = dict.fromkeys(atop.MEMBER_COLUMNS, "0") | {
    "atopid": "9001", "version": "5.1", "yrent": "1950", "moent": "3", "dayent": "4", "defense": "1",
}  # fmt: skip
DCAD_ROW = dict.fromkeys(dcad.COLUMNS, "") | {
    "ccode1": "220", "cowName1": "FRN", "ccode2": "290", "cowName2": "POL", "signDay": "1", "signMonth": "2", "signYear": "1993",
    "category1": "DCA", "terminated": "-88", "categoryConf": "high", "span": "-77", "DCAid": "DCADv1.0-9001",
}  # fmt: skip
TREATY = {
    "treaty_key": "26-91", "title": "Made-up Convention on Lanterns. Geneva, 3 May 1990", "chapter": "26", "chapter_name": "Disarmament",
    "source_url": "", "participants": "2",
}  # fmt: skip
ACTION = dict.fromkeys(un_status.ACTION_COLUMNS, "") | {
    "treaty_key": "26-91", "participant": "France", "event": "signature", "date": "1990-06-01",
}  # fmt: skip
UK_ROW = dict.fromkeys(uk_treaties.COLUMNS, "") | {
    "record_id": "990001", "title": "Made-up Agreement on Lanterns", "kind": "bilateral", "subject": "DEFENCE",
    "parties": "FRANCE ; UNITED KINGDOM", "signed": "1951-05-06",
}  # fmt: skip


def write(folder, name, rows):
    with (Path(folder) / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_atop(folder, alliances=({},), members=({"member": "220"}, {"member": "290"})):
    write(folder, atop.ALLIANCES, [ALLIANCE | row for row in alliances])
    write(folder, atop.MEMBERS, [MEMBER | row for row in members])


def write_dcad(folder, rows=({},)):
    write(folder, dcad.FILE, [DCAD_ROW | row for row in rows])


def write_un(folder, treaties=({},), actions=({}, {"participant": "Poland"})):
    write(folder, un_status.TREATIES, [TREATY | row for row in treaties])
    write(folder, un_status.ACTIONS, [ACTION | row for row in actions])


def write_uk(folder, rows=({},)):
    write(folder, uk_treaties.FILE, [UK_ROW | row for row in rows])

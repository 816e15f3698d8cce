"""QTI, in every version: in from 1.2, 2.0–2.2 and 3.0, out to 2.1 and 3.0.

- `names`: one vocabulary for all versions of 2 and 3 (camel case, no namespaces), and back;
- `packages`: what a zip holds, in the order of its test or manifest, and the files behind names;
- `bodies`, `mathml`: what candidates read, as our Markdown;
- `interactions`, `keys`, `items`, `composites`: an item of version 2 or 3;
- `version1`, `conditions`: an item of version 1.2 (also Canvas and Blackboard);
- `reading`: the way in; `writing`, `processing`, `manifest`, `exporting`: the ways out.

Our exports say in the manifest what QTI has no place for (a pool, the author's Markdown): see
`kept_draft`; it is believed only where the item still shows the same.
"""

from learning.question_bank.formats.qti.exporting import Qti2Exporter, Qti3Exporter
from learning.question_bank.formats.qti.reading import QtiImporter

__all__ = ["Qti2Exporter", "Qti3Exporter", "QtiImporter"]

"""What WhatsApp writes in place of a message: omitted media, deletions, attachments.

The app writes these in the language of the phone. A text that is not in these
tables is simply a text; nothing else depends on them. Sources: the app's
exports in public parser tests, and its published translations.
"""

from __future__ import annotations

import re
from typing import Final

from .whatsapp_time import LRM

_OMITTED = (
    "<Media omitted>", "<Video message omitted>", "<省略影音内容>", "<省略多媒体文件>", "<媒体文件已省略>",
    "<已省略多媒體檔案>", "<Medien ausgelassen>", "<Médias omis>", "<Archivo omitido>", "<Multimedia omitido>",
    "<メディアなし>", "<メディアは含まれていません>", "<Arquivo de mídia oculto>", "<Mídia oculta>",
    "<Ficheiro não revelado>", "<Media jätettiin pois>", "<Media weggelaten>", "<Media omessi>",
    "image omitted", "video omitted", "audio omitted", "sticker omitted", "GIF omitted",
    "document omitted", "Contact card omitted", "video note omitted",
    "圖片已略去", "貼圖已略去", "影片已略去", "音訊已略去", "图片已省略", "视频已省略", "音频已省略", "表情已省略",
    "Bild weggelassen", "Video weggelassen", "Audio weggelassen", "image absente", "vidéo absente",
    "imagen omitida", "Video omitido", "audio omitido", "imagem ocultada", "画像は含まれていません",
)  # fmt: skip
_DELETED = (
    "This message was deleted", "You deleted this message", "这条消息已删除", "此消息已删除", "您删除了此消息",
    "你删除了这条消息", "此訊息已刪除", "您已刪除此訊息", "Diese Nachricht wurde gelöscht",
    "Du hast diese Nachricht gelöscht", "Ce message a été supprimé", "Vous avez supprimé ce message",
    "Se eliminó este mensaje", "Este mensaje fue eliminado", "Eliminaste este mensaje",
    "このメッセージは削除されました", "Mensagem apagada", "Essa mensagem foi apagada",
    "Você apagou esta mensagem", "Tämä viesti poistettiin", "Poistit tämän viestin",
)  # fmt: skip
_EDITED = (
    "<This message was edited>", "<此消息已编辑>", "<这条消息已编辑>", "<已编辑此消息>", "<此訊息已編輯>", "<訊息已編輯>",
    "<Diese Nachricht wurde bearbeitet.>", "<Ce message a été modifié>", "<Se editó este mensaje.>",
    "<Mensagem editada>", "<このメッセージは編集されました>", "<Tätä viestiä muokattiin>",
)  # fmt: skip
_NOTICES = (
    "end-to-end encrypted", "end-to-end encryption", "端到端加密", "端对端加密", "端對端加密",
    "Ende-zu-Ende-verschlüsselt", "chiffrés de bout en bout", "cifrados de extremo a extremo",
    "criptografia de ponta a ponta", "encriptadas ponto a ponto", "エンドツーエンド",
    "päästä päähän", "crittografati end-to-end", "end-to-end versleuteld", "종단간 암호화",
)  # fmt: skip


def _any(words: tuple[str, ...]) -> bytes:
    return b"|".join(re.escape(word.encode()) for word in words)


_ATTACHED = re.compile(
    rb"<(?:"
    + _any(
        (
            "attached",
            "附件",
            "已附加",
            "添付ファイル",
            "Anhang",
            "pièce jointe",
            "adjunto",
            "anexado",
        )
    )
    + rb")(?::|\xef\xbc\x9a) ?([^<>\r\n]{1,255})>"
)
_FILE_ATTACHED = re.compile(
    rb"(?:" + LRM + rb")?([^\r\n]{1,255}?) \((?:"
    + _any(("file attached", "文件附件", "附件", "檔案附件", "已附加檔案", "Datei angehängt", "fichier joint",
            "archivo adjunto", "ファイル添付", "arquivo anexado", "ficheiro anexado",
            "tiedosto liitetty", "bestand bijgevoegd", "file allegato"))
    + rb")\)(?=[\r\n]|$)"
)  # fmt: skip
_EDITED_AT_END = re.compile(rb"(?:" + _any(_EDITED) + rb")\s*+$")
_DOCUMENT = re.compile(LRM + rb"[^\r\n]{0,400} (?:document|omitted|weggelassen|omitido)$")
_NOTICE = re.compile(_any(_NOTICES))

PLACEHOLDERS: Final[dict[bytes, tuple[str, ...]]] = {
    word.encode() + full_stop: (flag,)
    for words, flag in ((_OMITTED, "media_omitted"), (_DELETED, "deleted"))
    for word in words
    for full_stop in (b"", b".", "。".encode())
}
"""Bodies that are nothing but a placeholder, without U+200E around them."""

MARKS: Final = re.compile(rb"[<\xe2)]")
"""A body without any of these bytes can hold a placeholder only as a whole."""


def is_notice(body: bytes) -> bool:
    """Tell whether a body is the app's notice about encryption, which it writes first."""
    return _NOTICE.search(body, 0, 2000) is not None


def marks(body: bytes) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """Return the flags and the media names that a body shows."""
    text = body.strip(b" \r\n\xe2\x80\x8e") if len(body) < 200 else body
    whole = PLACEHOLDERS.get(text)
    if whole is not None:
        return whole, ()
    flags: list[str] = []
    media: tuple[bytes, ...] = ()
    if b"<" in body:
        media = tuple(name.removeprefix(LRM) for name in _ATTACHED.findall(body))
        if _EDITED_AT_END.search(body, max(0, len(body) - 120)):
            flags.append("edited")
    if not media and (found := _FILE_ATTACHED.match(body)):
        media = (found[1].removeprefix(LRM),)
    if body.startswith(LRM):
        if _DOCUMENT.match(body[:500].rstrip()):
            flags.append("media_omitted")
        elif not media and is_notice(body):
            flags.append("system")
    return tuple(flags), media

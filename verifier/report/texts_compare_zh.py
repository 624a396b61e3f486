# fmt: off
"""Sentences of ``compare`` and of a proof of misconduct in Chinese; ``texts_zh`` takes them in."""

from __future__ import annotations

from .texts import Sub

TITLES = {
    "material": "两份材料的内容",
    "history": "日志是否为同一历史",
    "proof": "矛盾证明的格式",
    "signatures": "矛盾证明中的签名",
    "paths": "至已签根值的路径",
}

DONE_ = {
    "material": "树头 {heads} 个，案卷项 {items} 项，案卷陈述 {statements} 份；签名以核验策略所载该日志的密钥核验一致。",
    "history": "两份材料中的各树头均为同一棵树（大小 {size}）的开头部分：一致性已重新计算。",
    "history.copy": "两份材料中的各树头均为所提供日志副本（树大小 {size}）的开头部分：一致性已重新计算。",
    "proof": "合于格式的唯一写法；种类 {kind}。",
    "signatures": "签名以核验策略所载密钥 {key_ids} 核验一致。",
    "paths": "所示内容可推导至已签的根值。",
}

FAILED_ = {
    "material": "有一份材料不能使用。",
    "history": "已签内容不能全部属于同一个只追加的日志。",
    "proof": "矛盾证明不合于格式。",
    "signatures": "矛盾证明中的签名核验不一致。",
    "paths": "所示内容不能推导至已签的根值。",
}

CONSEQUENCES = {
    "material": "两份材料未作比对。",
    "history": "该日志密钥所签内容自相矛盾；仅凭其中任何一份，均不能得出日志载有何内容。何人使用密钥、出于何故，本程序未能说明。",
    "proof": "文件内容不能作为矛盾证明读取，不能说明任何事项。",
    "signatures": "所载内容出自何人密钥未能说明，该文件不能说明任何事项。",
    "paths": "所示内容与已签内容没有关联，该文件不能说明任何事项。",
}

NEXT = {
    "material": "请取得两份未经改动的材料，再行比对。",
    "history": "请保存两份材料与矛盾证明（--out 可写出），书面询问运营者，并出示给持有该日志回执的其他人：任何人仅凭核验策略即可核验该证明。",
    "proof": "请取得逐字节与原写出时相同的文件。",
    "signatures": "请取得逐字节与原写出时相同的文件。",
    "paths": "请取得逐字节与原写出时相同的文件。",
}

_UNCHANGED = "提供该文件的人：逐字节与原写出时相同的文件。"
_KEY = "核验人：自独立渠道核对核验策略所载的密钥；提供该文件的人：说明其来源。"
_AGAIN = "可以：取得后再行核验。"

SUBS = {
    "CONSISTENCY_NOT_SHOWN": Sub(
        "未发现两份材料相互矛盾，亦无内容说明二者属于同一历史；出示过两份历史的日志，在此可能呈现同样的结果",
        "任何人：不小于二者的日志副本（--log）；双方较晚的回执。",
        "可以：有日志副本即可完成比对，结果可能为两者之一。",
    ),
    "OTHER_LOG": Sub(
        "两份材料属于不同的日志，或由不同的密钥签署，无从比对",
        "提供材料的人：同一日志的两份材料。",
        "可以：以同一日志的两份材料再行比对。",
    ),
    "NOT_PROVEN": Sub(
        "该文件所示内容并不自相矛盾，或并非如其所称的那样矛盾",
        "主张存在矛盾的人：两份原件，以便重新比对。",
        "可以：提供能够说明矛盾的证明。",
    ),
    "proof.FORMAT_FAILURE": Sub("字节不是该格式的唯一写法", _UNCHANGED, _AGAIN),
    "signatures.SIG_CRYPTO_FAILURE": Sub("签名以核验策略所载该日志的密钥核验不一致，或没有该签名", _KEY, _AGAIN),
    "signatures.BINDING_FAILURE": Sub("签名并非出自该日志的同一密钥", _KEY, _AGAIN),
    "signatures.FORMAT_FAILURE": Sub("已签文本不是其格式的唯一写法", _UNCHANGED, _AGAIN),
    "paths.INCLUSION_FAILURE": Sub("所附路径不能推导至已签的根值", _UNCHANGED, _AGAIN),
    "paths.BINDING_FAILURE": Sub("各部分不属于一体", _UNCHANGED, _AGAIN),
    "paths.FORMAT_FAILURE": Sub("条目或陈述不是其格式的唯一写法", _UNCHANGED, _AGAIN),
    "material.FORMAT_FAILURE": Sub("有一份材料不是其格式的唯一写法", _UNCHANGED, _AGAIN),
    "material.SIG_CRYPTO_FAILURE": Sub("签名以核验策略所载该日志的密钥核验不一致，或没有该签名", _KEY, _AGAIN),
    "material.INCLUSION_FAILURE": Sub("有路径不能推导至已签的根值", _UNCHANGED, _AGAIN),
    "material.BINDING_FAILURE": Sub("有一份材料的各部分不属于一体", _UNCHANGED, _AGAIN),
    "material.HASH_FAILURE": Sub("有一份材料中的摘要与所载不一致", _UNCHANGED, _AGAIN),
}

FINDINGS = {
    "PROVEN_KEY_STATUS": "核验策略对密钥 {name} 载有状态（{status}）：仅由其持有人使用一节，因此更未能说明。",
    "NOT_COMPARED": "材料 {side} 中下列部分未纳入比对（核验不一致、属于其他日志或密钥，或超出数量）：{name}。",
    "FILE_NOT_USED": "不能使用的是材料 {side}（{name}）；其所称的日志与密钥（未经核验）：{log}。",
    "COPY_NOT_USED": "所提供的日志副本未被使用：{reason}。",
    "PAIRS_NOT_PROVEN": "有 {count} 对内容看似矛盾，但依本核验策略不能说明，未予计入。",
    "PROOF_WRITTEN": "矛盾证明已写入 {name}；任何人均可核验：beilin-verify 文件 --policy 核验策略文件。",
}

REASONS = {
    "TWO_ROOTS": "对树大小 {first_size} 签有两个根值：{first_root} 与 {second_root}",
    "PREFIX_DIFFERS": "大小 {first_size} 的已签树头根值为 {first_root}；大小 {second_size} 的已签树，其前 {first_size} 项的根值为 {second_root}",
    "PART_DIFFERS": "第 {start} 至 {last} 项（自 0 起计）在大小 {first_size} 的已签树中哈希值为 {first_root}，在大小 {second_size} 的已签树中为 {second_root}",
    "LINK_AT_TWO_PLACES": "同一链接在已签树中出现于序号 {first_index} 与序号 {index}",
    "RECEIVED_GOES_BACK": "第 {first_index} 项自称时间为 {first}，在后的第 {index} 项自称更早的时间 {second}",
    "GROWN_AFTER_FREEZE": "第 {index} 项已宣告日志终止，其后不得再有条目，却签有大小 {size} 的树头",
    "SUBMISSION_TWICE": "同一提交出现于两个条目，序号 {first_index} 与序号 {index}",
    "ITEM_TWICE": "序号 {first_index} 与序号 {index} 两个条目同为某一案卷的第 {item} 项",
    "ITEMS_OUT_OF_ORDER": "同一案卷的第 {first_item} 项在序号 {first_index}，第 {item} 项在序号 {index}，与其编号次序不符",
    "NOT_THE_LINK": "案卷第 {item} 项所载链接不是第 {first_item} 项所预告的链接",
    "NOT_THE_PREVIOUS": "案卷第 {item} 项所指的前一条目不是第 {first_item} 项",
    "SAID_TWO_ROOTS": "服务密钥签有两份陈述，对树大小 {size} 载有两个根值",
    "SAID_TWO_LISTS": "服务密钥的两份陈述（树大小 {first_size} 与 {second_size}）对某一案卷第 {item} 项所载位置不同，或其中一份没有该项",
    "SAID_ITEM_DIFFERS": "服务密钥对树大小 {size} 的陈述，以另一条目为案卷第 {item} 项，与回执（序号 {index}）不同",
    "SAID_ITEM_MISSING": "服务密钥对树大小 {size} 的陈述没有案卷第 {item} 项，而依回执该项在序号 {index}",
    "SAID_OTHER_ROOT": "对树大小 {size}，服务密钥所称根值与日志密钥所签根值不同",
    "SAID_OTHER_LEAF": "服务密钥所称的案卷第 {item} 项，与已签树中序号 {index} 的条目不同",
}

WORDS = {
    "title.compare": "同一日志两份材料的比对（非公证书、非鉴定意见）",
    "title.misconduct": "日志已签内容自相矛盾之证明的核验（非公证书、非鉴定意见）",
    "scope.compare": "同一日志的两份材料",
    "scope.misconduct": "日志已签内容自相矛盾的证明",
    "compare.L0": "核验策略的来源未说明：密钥属于何人，仅以该核验策略文件为据。",
    "compare.L1": "密钥属于何人，以核验人陈述的核验策略来源为据（未核验）。",
    "compare.done": "已核",
    "compare.failed": "相互矛盾",
    "compare.not_done": "未能说明",
    "log.only": "日志：{origin}",
    "compare.TOTAL-PASSED": "就其树头而言，二者属于日志的同一历史",
    "compare.TOTAL-FAILED": "相互矛盾：已签内容不能全部属于同一日志",
    "compare.INDETERMINATE": "现有材料不足以判定",
    "misconduct.TOTAL-FAILED": "相互矛盾：已签内容不能全部属于同一日志",
    "misconduct.INDETERMINATE": "该文件未能说明存在矛盾",
    "contradiction.trees": "日志 {origin} 密钥 {key_ids} 的持有人签署了不能属于同一历史的两棵树。",
    "contradiction.dossier": "日志 {origin} 的密钥 {key_ids} 就某一案卷所签内容不能同时成立。",
    "contradiction.rules": "日志 {origin} 密钥 {key_ids} 的持有人签署了只追加日志规则所不容的内容。",
    "contradiction.how": "具体为：{text}。",
    "compare.one": "两份材料中的各树头均为同一棵树（大小 {size}）的开头部分。",
    "compare.open": "未发现两份材料相互矛盾。这不说明任何事项：二者属于同一历史一节，未经计算。",
    "compare.nothing": "两份材料未作比对。",
    "misconduct.open": "该文件既不说明日志有何不当，也不说明日志无不当。",
    "compare.time": "上述内容何时签署，未能说明；条目自称的时间为日志自己的说法。",
    "compare.submitter": "何人提交，未予查看。",
    "compare.who": "何人使用密钥、密钥是否被窃、出于故意、失误或数据丢失，均未能说明。",
    "not_shown.dropped": "运营者在出具回执之前弃置的请求，在日志中不留痕迹；未取得回执的，应自行保存该请求并重新提交，必要时向他处提交。",
    "compare.rest": "两份材料均未载有的条目与树头不在其内；未向此处任何人出示的历史无从得见。",
    "compare.evidence": "条目所涉证据是否如其所称，不在其内；请分别核验每份材料。",
    "error.not_comparable": "{path} 不是可以比对的材料。请提供回执、证据包、检查点、.tlog-proof、服务的案卷陈述或矛盾证明。",
}

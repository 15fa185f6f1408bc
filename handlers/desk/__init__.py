"""The desk: staff look after cases in chat. One file a matter; every button and flow has its line in `handlers/flows.py`.

lists      待办, its folders, the search         passing   转交, 改派, 接受
card       one case, and what may be done now    joining   合并, 拆分
answering  答复, 问老同志, 备注, 对话            leave     请假
promising  延期, 暂放                            phone     代老同志登记
closing    办结, 审签, the cadre's answer        calls     回访
helping    帮扶, 关联                            requests, failures, unreached
"""

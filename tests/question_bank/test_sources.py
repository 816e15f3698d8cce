"""A source has a clause when it says which document and where in it; words alone do not count."""

import pytest

from learning.question_bank.linting.sources import has_clause


@pytest.mark.parametrize(
    "source",
    [
        "GB/T 19001—2016 中 8.4.1、8.7。",
        "GB/T 19000—2016 第 2 章。",
        "GB/T 2900.99—2016 中 192-01-24（可靠性）。",
        "IEC 60300-3-3:2017 附录 A。",
        "IEC 31010:2019 中 B.2.3。",
        "JCGM 200:2012 中 2.41（计量溯源性）。",
        "GB/T 19580—2012 引言（基本理念）。",
        "GJB/Z 299C—2006 表 5.1-1。",
        "JIS Z 8141:2022 中 5603。",
        "《中华人民共和国民法典》第一千二百零六条。",
        "《中华人民共和国商标法》（2019 年修正）第七、四十三条。",
        "《质量强国建设纲要》（2023）第八部分。",
        "卡诺模型；狩野纪昭等《魅力质量与当然质量》（1984）第 147～156 页。",
        "顾客要求的确定（GB/T 19001—2016 中 8.2、8.3.3）。",
        "《测量系统分析》（AIAG，第 4 版）第 III 章。",
        "MIL-STD-756B 任务 101、102（基本可靠性与任务可靠性的定义）。",
        "MIL-HDBK-472 程序 II（维修性预计）。",
        "SAE JA1011:1999 中 5.7（视情维修与 P-F 间隔）。",
    ],
)
def test_a_document_with_a_numbered_place_is_a_clause(source):
    assert has_clause(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "排列图的作图规则。",
        "GB/T 19580—2012（结果的评价要点）。",
        "GB/T 2828.1—2012“接收质量限（AQL）”。",
        "GB/T 2900.99—2016。",
        "《中华人民共和国计量法》（2018 年修正）（强制检定）。",
        "《工业产品生产单位落实质量安全主体责任监督管理规定》（2022 年第 75 号）关于风险的规定。",
        "费根堡姆《全面质量管理》（第 3 版）。",
        "过程能力指数 1.33 的含义。",
        "GJB 813—1990（预计方法的适用阶段）。",
        "任务 101；GB/T 4087—2009（任务可靠性）。",
        "第三章；GB/T 19004—2020。",
    ],
)
def test_a_subject_or_a_whole_document_is_none(source):
    assert not has_clause(source)

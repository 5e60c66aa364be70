"""What the columns of a workbook of indicators are called."""

from members.workbooks.headings import Catalogue, Field

LEVELS = """一级指标 二级指标 三级指标 四级指标 一级项目 二级项目 三级项目 指标 指标名称 考核指标 考评指标 评价指标
    考核项目 考评项目 测评项目 评价项目 检查项目 项目 项目名称 考核类别 类别 大项 小项 子项 分项 类型 模块 板块
    考核内容 考评内容 测评内容 评价内容 检查内容 主要内容 内容 工作内容 具体内容 考核要点 考评要点 测评要点 评价要点
    要点 观测点 考核点 评价要素 考核要素 测评要素 要素 考核事项 事项 任务 重点任务 工作任务 主要任务 目标任务"""
STANDARDS = """考核标准 考评标准 评价标准 测评标准 标准 工作标准 达标标准 建设标准 考核要求 工作要求 目标要求 基本要求
    要求 具体要求 指标说明 指标内涵 目标 内容及要求 考核内容及要求 考核内容和要求"""
METHODS = """评分标准 扣分标准 计分办法 计分方法 计分标准 评分细则 评分办法 评分方法 扣分办法 扣分细则 计分细则
    考核细则 考评细则 考核评分标准 考核办法 考核评分 加扣分标准 加减分标准 打分标准 评分说明 评分依据 评分规则
    计分规则 扣分说明 扣分情形 赋分标准 赋分规则 记分标准 记分办法 评定标准 标准及分值 考核内容及评分标准
    考核内容与评分标准 考核标准及分值 评分标准及办法 考核评分办法 考核评分细则 加分标准"""
POINTS = """分值 分数 满分 标准分 标准分值 分值分 基本分 基础分 基准分 权重 权重分 满分值 应得分 总分 考核分值 配分
    赋分 分 参考分值 项目分值 标准分数"""
SCORES = """得分 自评分 自评得分 自评 实得分 考核得分 考评得分 评分 扣分 加分 考核分 自查得分 自查分 考核组评分 核定得分
    上级评分 党委评分 最后得分 最终得分 检查得分 测评得分 评定得分 扣分情况 扣分原因 扣分理由 得分情况 复核得分"""
CYCLES = "考核周期 周期 考核方式 考核频次 频次 考核时间 考评周期 考评方式 考核类型 时间 完成时限 时限 检查频次"
EVIDENCE = """佐证材料 检查资料 考核依据 资料来源 支撑材料 印证材料 证明材料 检查方法 检查方式 查阅资料 材料 备查资料
    资料 评分资料 台账资料 数据来源 依据 考核资料 考评依据 考核方法 考评方法 佐证 佐证资料 需提供材料 印证资料
    备查材料 提供材料 材料清单 资料清单"""
NOTES = "备注 说明 加分项 否决项 责任部门 责任单位 责任人 考核部门 考核单位 牵头部门"
SERIALS = "序号 编号 次序 项次 No"


def _field(name: str, words: str, *, repeats: bool = False) -> Field:
    return Field(name, tuple(words.split()), repeats=repeats)


INDICATORS = Catalogue(
    (
        Field("level", tuple(LEVELS.split()), (r"[一二三四]级指标.*", r"考核项目.*", r"考核内容.*"), repeats=True),
        _field("standard", STANDARDS),
        Field("method", tuple(METHODS.split()), (r".*(评分|扣分|计分)(标准|办法|细则|方法|规则)",), repeats=True),
        Field("points", tuple(POINTS.split()), (r"分值\d*分?", r"满分\d+分?"), repeats=True),
        _field("score", SCORES, repeats=True),
        _field("cycle", CYCLES),
        _field("evidence", EVIDENCE),
        _field("note", NOTES, repeats=True),
        _field("serial", SERIALS),
    ),
    required=("level", "standard", "method"),
)

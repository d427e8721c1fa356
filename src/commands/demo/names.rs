//! What sample people are called. Names are put together from common ones; nobody is meant.

/// Family names, in Chinese and in Pinyin.
const FAMILY: [(&str, &str); 30] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("黄", "huang"),
    ("赵", "zhao"),
    ("吴", "wu"),
    ("周", "zhou"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("马", "ma"),
    ("朱", "zhu"),
    ("胡", "hu"),
    ("郭", "guo"),
    ("何", "he"),
    ("林", "lin"),
    ("高", "gao"),
    ("罗", "luo"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("谢", "xie"),
    ("宋", "song"),
    ("唐", "tang"),
    ("许", "xu"),
    ("邓", "deng"),
    ("冯", "feng"),
    ("韩", "han"),
    ("曹", "cao"),
];

/// Given names, in Chinese and in Pinyin.
const GIVEN: [(&str, &str); 40] = [
    ("伟", "wei"),
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("洋", "yang"),
    ("艳", "yan"),
    ("勇", "yong"),
    ("军", "jun"),
    ("杰", "jie"),
    ("娟", "juan"),
    ("涛", "tao"),
    ("明", "ming"),
    ("超", "chao"),
    ("兰", "lan"),
    ("霞", "xia"),
    ("平", "ping"),
    ("刚", "gang"),
    ("桂英", "guiying"),
    ("建国", "jianguo"),
    ("晓梅", "xiaomei"),
    ("子涵", "zihan"),
    ("欣怡", "xinyi"),
    ("浩然", "haoran"),
    ("雨桐", "yutong"),
    ("思远", "siyuan"),
    ("梓萱", "zixuan"),
    ("嘉怡", "jiayi"),
    ("志强", "zhiqiang"),
    ("海燕", "haiyan"),
    ("丹丹", "dandan"),
    ("雪", "xue"),
    ("鑫", "xin"),
    ("宇轩", "yuxuan"),
    ("佳琪", "jiaqi"),
    ("春华", "chunhua"),
    ("秋实", "qiushi"),
];

/// The name and the handle that number `pick` of all stands for; the handle is not yet unique.
pub(super) fn name(pick: u64) -> (String, String) {
    let (family, given) = (
        pick % FAMILY.len() as u64,
        pick / FAMILY.len() as u64 % GIVEN.len() as u64,
    );
    let ((family, first), (given, last)) = (FAMILY[family as usize], GIVEN[given as usize]);
    (format!("{family}{given}"), format!("{first}_{last}"))
}

/// How many there are.
pub(super) const NAMES: u64 = (FAMILY.len() * GIVEN.len()) as u64;

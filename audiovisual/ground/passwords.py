"""The list of passwords that guessers try first, made by rule: `python -m audiovisual.ground.passwords` writes it anew.

No list of others is copied. What people everywhere choose is made from its parts: common words and names of ours, alone and
two by two; surnames with given names in pinyin; runs over the rows and columns of a keyboard; figures that repeat. Years,
figures and marks before or after a word need no entries: `people.passwords` takes them away before it looks.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "people" / "common_passwords.txt"

WHOLE = """
0000000000 0123456789 0987654321 1029384756 1111111111 1122334455 11223344556677889900 1231231231 123123123123
1234512345 1234554321 1234567890 12345678910 123456789a 1314520520 1357924680 13800138000 147258369147
147852369147 159357159357 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc 2468013579 5201314520 5201314woaini
6666666666 66666666666 741852963741 789456123789 8888888888 88888888888 963852741963 9876543210 a123456789
a1234567890 aa123456789 aaaaaaaaaa abc123456789 abcd123456 abcd1234567 abcd12345678 abcdefghij abcdefghijk
abcdefghijklmnopqrstuvwxyz admin12345 admin123456 admin1234567 admin888888 administrator administrator1
asd123456789 asdfghjkl1 asdfghjkl; autumn2026 baseball123 beijing2008 changeme123 computer123 dragon1234
football123 gdj1234567 guangdian123 guangdian2024 guangdian2025 guangdian2026 guest123456 iloveyou123 iloveyou1314
internet123 jiangsu123 jiangsu12345 jiangsu2024 jiangsu2025 jiangsu2026 jsgd123456 letmein123 li123456789
michael123 monkey1234 nanjing123 nanjing12345 nanjing2024 nanjing2025 nanjing2026 p@ssw0rd123 p@ssw0rd1234
p@ssword123 passw0rd123 password12 password123 password1234 password12345 princess123 q1w2e3r4t5 q1w2e3r4t5y6
qazwsxedcrfv qq123456789 qq1234567890 qwe123456789 qwer12345678 qwerty12345 qwerty123456 qwerty1234567 qwertyuiop
root123456 seedbank12 seedbank123 seedbank2026 spring2026 summer2026 sunshine123 superman123 suzhou12345
test123456 test1234567 wang123456789 welcome123 welcome1234 winter2026 woaini1314 woaini1314520 woaini520
woaini5201314 woaiwojia1 woaizhongguo zaq12wsxcde3 zhang123456 zhongguo123 zhongguo1949 zhongzi123 zhongziku1
zhongziku123 zxc123456789 zxcvbnm123
""".split()  # noqa: SIM905
"""As they are."""

WORDS = """
password passwort passwd pass secret admin administrator root user guest test testing demo default system server manager
master super welcome hello login logon signin letmein changeme access account security secure private public office windows
microsoft google apple iphone android huawei xiaomi samsung oracle cisco linux ubuntu debian docker github internet computer
laptop network wireless database backup monitor keyboard mouse printer camera phone mobile email mail website wechat weixin
taobao alipay alibaba tencent baidu douyin weibo iqiyi youku bilibili mango tvbox hotmail gmail yahoo facebook twitter youtube
spring summer autumn winter january february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday morning evening today tomorrow forever always never nothing something anything love
lover loveme iloveyou iloveu baby honey darling sweet sweetheart angel princess prince queen king lady lucky happy smile
sunshine moonlight starlight rainbow flower rose lily orchid jasmine cherry peach orange banana apple lemon coffee chocolate
cookie candy sugar pepper ginger dragon tiger panda monkey rabbit horse eagle falcon phoenix lion wolf bear shark dolphin
butterfly kitten puppy football soccer basketball baseball hockey tennis golf chelsea arsenal liverpool barcelona madrid
juventus manchester superman batman spiderman ironman starwars pokemon pikachu naruto mario zelda matrix freedom justice
power energy money dollar diamond silver golden crystal shadow hunter killer ninja samurai warrior soldier captain sergeant
thunder lightning storm ocean river mountain forest island garden summer2 company business market finance bank banker trust
china chinese zhongguo zhonghua beijing shanghai tianjin chongqing guangzhou shenzhen hangzhou nanjing suzhou wuxi changzhou
xuzhou nantong lianyungang huaian yancheng yangzhou zhenjiang taizhou suqian jiangsu zhejiang anhui shandong henan hubei hunan
fujian guangdong sichuan shaanxi liaoning jilin heilongjiang hebei shanxi wuhan chengdu xian qingdao dalian xiamen ningbo
kunshan jiangyin zhangjiagang changshu taicang yixing danyang jurong gaochun lishui xuanwu qinhuai gulou jianye yuhuatai
guangdian guangbo dianshi guangbodianshi guangdianju guangdianzongju guangbodianshiju wangluo shiting shitingju jiemu jiemuku
jiangsuguangdian jiangsugd jsgd jsgdj gdj nrta sarft tvbureau broadcast television zhongzi zhongziku seedbank seed beian shenhe
shenpi shencha zhuanjia jingban chuzhang juzhang yongyin xitong guanliyuan mima denglu zhanghao yonghu bangong bangongshi
danwei gongsi jituan chuanmei yingshi wenhua yingye dianying dianshiju weiduanju donghua jilupian dongman wangju
woaini woainimen woaiwojia woaizhongguo woaini521 aiwoma wodemima mimamima wodeyingwen nihao nihaoma xiexie zaijian pengyou
laopo laogong baobei baobao qinaide mama baba gege jiejie didi meimei erzi nver yeye nainai laoshi xuesheng xuexiao daxue
kuaile xingfu jiankang pingan jixiang ruyi facai gongxi gongxifacai xinnian shengri shengrikuaile caishen fulu ronghua fugui
tianxia tiankong dahai yangguang yueliang xingxing taiyang caihong fengye meigui mudan lianhua meihua juhua guihua xuehua
longteng houzi laohu xiongmao shizi fenghuang qilin kunpeng wukong sunwukong zhubajie tangseng xiyouji hongloumeng sanguo
shuihu zhugeliang caocao liubei guanyu zhangfei zhaoyun qinshihuang libai dufu sushi maozedong zhouenlai dengxiaoping
gongchandang renmin wansui guoqing changcheng gugong changjiang huanghe taishan huangshan xihu taihu
qwerty qwert qwertyuiop qwertyui asdf asdfgh asdfghjkl asdfjkl zxcv zxcvb zxcvbn zxcvbnm qazwsx qazwsxedc qazxsw wsxedc
""".split()  # noqa: SIM905
"""What people everywhere, and people of our trade, take for a word nobody thinks of."""

SURNAMES = """
wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng yu dong
xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi
yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan qian tang yin yi chang wen niu
""".split()  # noqa: SIM905
GIVEN = """
wei fang na min jing li qiang lei jun yang yong yan jie tao ming chao juan xia ping gang hua hui xin bo bin peng yu yue ying
lin long fei rui hao chen kai xiang ting ling hong mei lan feng jian guo liang dong hai bing shan yi qing zhen cheng hang ning
xuan han tong jia ru yun zhi wen wu xue lu dan chun qiu guang sheng ya rong zhong kun hu ting na chang fu gui bao
xiaoming xiaohong xiaofang xiaoli xiaoyan xiaojun xiaolong xiaofeng jianguo jianhua jianjun jianping guohua guoqiang weiguo
zhiqiang zhiwei zhigang haiyan haitao lihua liping liming lijun yufang yuhua yulan guiying xiuying xiulan meiling chunhua
zixuan zihan yuxuan haoran haoyu mengyao yutong jiayi jiaqi jiahao yichen tianyu siyuan wenjing wenbin minghui mingyu
""".split()  # noqa: SIM905

ROWS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")
OFTEN = """
password admin root test user welcome hello login love iloveyou woaini nihao spring summer autumn winter china zhongguo beijing
shanghai nanjing suzhou jiangsu guangdian guangbo dianshi yingshi wangluo zhongzi zhongziku seedbank beian shenhe zhuanjia
xitong mima fuwuqi caishen facai pingan xingfu kuaile baobei laopo laogong dragon tiger sunshine qwerty asdf qazwsx abc abcd
""".split()  # noqa: SIM905
"""Words that are taken two by two."""


def entries() -> list[str]:
    """The list: each as it is looked for, in small letters, in order."""
    return sorted({*WHOLE, *WORDS, *_pairs(), *_people(), *_rows(), *_columns(), *_figures()})


def _pairs() -> Iterator[str]:
    """Two words, and a word twice: woainizhongguo, passwordpassword."""
    yield from (one + other for one, other in itertools.product(OFTEN, OFTEN))
    yield from (word + word for word in WORDS)


def _people() -> Iterator[str]:
    """Surname and given name, and the other way round, as log-in names are made."""
    yield from (surname + given for surname, given in itertools.product(SURNAMES, GIVEN))


def _rows() -> Iterator[str]:
    """Parts of a row of keys, there, back, and there and back."""
    for row in ROWS:
        for there in (row, row[::-1]):
            for length in range(4, len(there) + 1):
                yield from (there[start : start + length] for start in range(len(there) - length + 1))
            yield there + there[::-1]
    yield from (
        one[:length] + other[:length] for one, other in itertools.permutations(ROWS[:4], 2) for length in range(3, 8)
    )


def _columns() -> Iterator[str]:
    """Columns of keys side by side, down and up: 1qaz2wsx3edc, zaq1xsw2."""
    for column in (COLUMNS, COLUMNS[::-1], [each[::-1] for each in COLUMNS], [each[::-1] for each in COLUMNS[::-1]]):
        for length in range(2, 6):
            yield from ("".join(column[start : start + length]) for start in range(len(column) - length + 1))
            yield from (
                "".join(each[1:] for each in column[start : start + length])
                for start in range(len(column) - length + 1)
            )


def _figures() -> Iterator[str]:
    """Figures that repeat, in groups of one to five, and the lucky ones."""
    for group in (
        "520",
        "521",
        "1314",
        "5201314",
        "168",
        "666",
        "888",
        "999",
        "007",
        "123",
        "1234",
        "12345",
        "112233",
        "147",
        "258",
        "369",
        "159",
        "357",
        "741",
        "852",
        "963",
    ):
        for times in range(2, 7):
            yield group * times
    for first, second in itertools.permutations(
        ("520", "1314", "168", "888", "666", "123", "321", "1234", "4321", "147", "258", "369"), 2
    ):
        yield first + second


def main() -> int:
    """Write the file."""
    FILE.write_text("\n".join(entries()) + "\n", encoding="ascii")
    print(f"{FILE.name}: {len(entries())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

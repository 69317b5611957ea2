"""Passwords that guessers try first. Those shorter than ten characters are refused by their length already."""

from __future__ import annotations

COMMON = frozenset(
    """
    1234567890 12345678910 0123456789 0987654321 9876543210 1122334455 1111111111 0000000000 1234554321 1231231231
    123123123123 1234512345 123456789a a123456789 aa123456789 abc123456789 abcd123456 abcd1234567 abcd12345678 qwe123456789
    qwertyuiop qwerty12345 qwerty123456 qwer12345678 asdfghjkl1 asdfghjkl; 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y qazwsxedcrfv
    zxcvbnm123 qwerty1234567 1qazxsw23edc zaq12wsxcde3 password12 password123 password1234 password12345 passw0rd123
    p@ssw0rd123 p@ssword123 p@ssw0rd1234 admin12345 admin123456 admin1234567 administrator administrator1 admin888888
    root123456 test123456 test1234567 guest123456 welcome123 welcome1234 letmein123 iloveyou123 iloveyou1314 changeme123
    woaini1314 woaini520 woaini1314520 woaini5201314 5201314520 1314520520 5201314woaini woaiwojia1 woaizhongguo zhongguo123
    zhongguo1949 beijing2008 nanjing123 nanjing12345 nanjing2024 nanjing2025 nanjing2026 jiangsu123 jiangsu12345 jiangsu2024
    jiangsu2025 jiangsu2026 suzhou12345 guangdian123 guangdian2024 guangdian2025 guangdian2026 gdj1234567 jsgd123456
    zhongzi123 zhongziku123 zhongziku1 seedbank12 seedbank123 seedbank2026 spring2026 summer2026 autumn2026 winter2026
    football123 baseball123 dragon1234 monkey1234 sunshine123 princess123 superman123 michael123 computer123 internet123
    11223344556677889900 147258369147 147852369147 159357159357 741852963741 789456123789 963852741963 1357924680
    2468013579 1029384756 qq123456789 qq1234567890 wang123456789 zhang123456 li123456789 asd123456789 zxc123456789
    a1234567890 q1w2e3r4t5 q1w2e3r4t5y6 aaaaaaaaaa 8888888888 6666666666 88888888888 66666666666 13800138000 abcdefghij
    abcdefghijk abcdefghijklmnopqrstuvwxyz
    """.split()
)

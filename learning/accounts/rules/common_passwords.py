"""The most common passwords of eight characters and more, Chinese habits included.

Compared after NFKC and casefold. Shorter ones are refused by their length, and one character
repeated is refused by rule.
"""

COMMON_PASSWORDS: frozenset[str] = frozenset(
    """
    00112233 01234567 012345678 0123456789 10203040 11112222 11223344 1122334455 12121212 12312312
    123123123 12341234 1234512345 12345678 123456123 123456654321 123456789 1234567890 123456789a
    123456789abc 123456789q 12345678a 12345678q 1234567a 1234qwer 123456aa 123456abc 12344321
    12345679 13131313 13145200 13145201314 13141314 1314520520 14141414 147258369 159357159
    15935728 18181818 19491001 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 20082008 20202020 21212121
    22223333 31415926 3141592653 321321321 52013140 5201314520 520520520 5201314a 5211314520
    56785678 66668888 789456123 87654321 88886666 963852741 987654321 9876543210 98765432
    a1234567 a12345678 a123456789 a1b2c3d4 aa123456 aa12345678 aa123123 abc12345 abc123456
    abc123456789 abcd1234 abcd123456 abcdefgh abcdefghi admin123 admin888 admin1234 admin123456
    administrator asd12345 asd123456 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl asdfghjkl123
    baseball caonima123 changeme dearbook football iloveyou iloveyou520 letmein123 mima1234
    mima123456 monkey123 nihao123 nihao123456 p@ssw0rd p@ssword pass1234 passw0rd password
    password1 password123 princess q1w2e3r4 q1w2e3r4t5 qazwsxedc qazwsx123 qq123456 qq123123
    qq1234567 qq123456789 qwe12345 qwe123456 qwer1234 qwer123456 qwerasdf qwertyui qwertyuiop
    qwerty123 qwerty12345 sunshine superman test1234 trustno1 w123456789 wang123456 welcome1
    welcome123 woaini123 woaini1314 woaini520 woaini521 woaini5201314 woaiwojia wodemima
    woshishui xiaoming123 z123456789 zaq12wsx zhang123 zhang123456 zhangwei zxc12345 zxc123456
    zxcv1234 zxcvbnm1 zxcvbnm123 zzz123456 zhiliang zhiliang123 quality123
    """.split()
)

package normal

import "strings"

var (
	syllables   = strings.Split(syllableList, " ")
	readingOf   [readingsLast - readingsFirst + 1]uint16
	polyphones  = map[rune]polyphone{}
	inPhrases   = map[rune][]phrase{}
	romanLetter [256]uint8
)

// polyphone tells the second reading of a character.
type polyphone struct {
	first, second string
	surname       bool // the second reading holds only for the first character of a name
}

type phrase struct {
	text    []rune
	at      int // which character of it is settled
	reading string
}

func init() {
	for i := range readingsDigits {
		romanLetter[readingsDigits[i]] = uint8(i)
	}
	for i := range readingOf {
		readingOf[i] = uint16(romanLetter[readingNumbers[2*i]])<<6 | uint16(romanLetter[readingNumbers[2*i+1]])
	}
	for _, line := range strings.Fields(polyphoneList) {
		runes := []rune(line)
		first, second, _ := strings.Cut(string(runes[1:]), "/")
		p := polyphone{first: first, second: second}
		if strings.HasSuffix(second, "!") {
			p.second, p.surname = second[:len(second)-1], true
		}
		polyphones[runes[0]] = p
	}
	for _, line := range strings.Fields(phraseList) {
		cut := strings.IndexAny(line, "0123456789")
		text := []rune(line[:cut])
		p := phrase{text: text, at: int(line[cut] - '0'), reading: line[cut+1:]}
		inPhrases[text[p.at]] = append(inPhrases[text[p.at]], p)
	}
}

// polyphoneList holds the characters whose readings differ in names of firms
// and people, folded: usual reading / second reading; "!" where the second one
// is a surname's. A single reading corrects the dictionary's.
const polyphoneList = `
重zhong/chong 行xing/hang 长chang/zhang 乐le/yue 都du/dou 朝chao/zhao 会hui/kuai 调diao/tiao 传chuan/zhuan
降jiang/xiang 藏cang/zang 角jiao/jue 参can/shen 便bian/pian 弹dan/tan 省sheng/xing 率lv/shuai 校xiao/jiao
厦xia/sha 柏bo/bai 堡bao/pu 盛sheng/cheng 模mo/mu 宿su/xiu 泊bo/po 薄bo/bao 阿a/e 卡ka/qia 禅chan/shan
番fan/pan 提ti/di 差cha/chai 露lu/lou 系xi/ji 给gei/ji 没mei/mo 数shu 大da 石shi 种zhong/chong! 单dan/shan!
仇chou/qiu! 解jie/xie! 查cha/zha! 盖gai/ge! 尉wei/yu! 区qu/ou! 朴pu/piao! 曾zeng 翟zhai/di! 缪mou/miao! 冼xian
覃qin/tan! 员yuan/yun! 召zhao/shao! 秘mi/bi! 任ren 俞yu 尹yin 那na 贾jia 谌chen 华hua 宁ning 燕yan 佟tong
吕lv/lu 绿lv/lu 女nv/nu 旅lv/lu 律lv/lu 铝lv/lu 虑lv/lu 略lve/lue 屡lv/lu 履lv/lu 滤lv/lu 闾lv/lu
广guang 厂chang 台tai 和he 合he 亚ya 叶ye 车che 发fa 丰feng 万wan 干gan 后hou 只zhi 中zhong 红hong 奇qi 强qiang
创chuang 南nan 信xin 尾wei 贝bei 汤tang 正zheng 上shang 地di 的de 得de 了le 不bu 王wang 分fen 兴xing 应ying 当dang 乾qian/gan
佛fo 辟pi 卜bu 掺chan 匙chi/shi 脯fu/pu 蛤ha/ge 还huan/hai 槛kan 傀kui 肋lei 潦liao 似si 削xiao/xue 畜xu/chu 钥yao 帧zhen 爪zhao/zhua
琢zhuo 仔zai/zi 茄qie/jia 辗zhan 椎zhui 炔que 柞zuo 咯ka 貉he 驴lv/lu 侣lv/lu 缕lv/lu 氯lv/lu 掠lve/lue 虐nve/nue 疟nve/nue
将jiang 处chu 量liang 说shuo 识shi 血xue 谷gu 洗xi 景jing 陶tao 余yu 予yu 食shi 氏shi 术shu 石shi 采cai 适shi
担dan 扎zha 折zhe 卷juan 铺pu 埔pu 浦pu 圩wei 涌yong 埗bu 什shi 汽qi 电dian 机ji 科ke 技ji 有you 限xian 公gong 司si`

// phraseList settles a reading where the word around it does: the folded word,
// the place of the character in it, its reading.
const phraseList = `
重庆0chong 重新0chong 重阳0chong 重复0chong 重工0zhong 重机0zhong 重型0zhong 三重1chong 贵重1zhong
银行1hang 商行1hang 车行1hang 分行1hang 洋行1hang 总行1hang 行业0hang 行号0hang 行情0hang 同行1hang 五金行2hang 企业行2hang
电器行2hang 旅行1xing 行销0xing 发行1xing 行动0xing 行政0xing 行车0xing 进行1xing
长江0chang 长城0chang 长春0chang 长沙0chang 长荣0chang 长庚0chang 长安0chang 长虹0chang 长青0chang 长兴0chang 长庆0chang
长治0chang 长寿0chang 长乐0chang 长宁0chang 延长1chang 董事长2zhang 校长1zhang 家长1zhang 成长1zhang 会长1zhang
音乐1yue 乐器0yue 乐团0yue 快乐1le 娱乐1le 乐园0le 百乐1le 可乐1le 乐天0le 会计0kuai 成都1du 首都1du 大都会1du 大都市1du
西藏1zang 朝阳0chao 调查0diao 空调1tiao 调理0tiao 传记0zhuan 传媒0chuan 传动0chuan 传播0chuan 传统0chuan 传感0chuan
厦门0xia 大厦1sha 学校1xiao 校园0xiao 参考0can 人参1shen 红参1shen 便利0bian 便当0bian 便宜0pian 率先0shuai 效率1lv 汇率1lv 利率1lv
模具0mu 模型0mo 模组0mo 模块0mo 规模1mo 宿舍0su 角色0jue 大提琴1ti 提供0ti 旅馆0lv 出差1chai 番禺0pan 番茄0fan 长行0chang
会议0hui 协会1hui 工会1hui 商会1hui 学会1hui 公会1hui 农会1hui 大会1hui 会馆0hui 社会1hui 基金会2hui 委员会2hui 系统0xi 体系1xi 关系1xi
单位0dan 简单1dan 解决0jie 查询0cha 检查1cha 区域0qu 盛大0sheng 全盛1sheng 传奇0chuan 都市0du 京都1du`

// reading gives the usual reading of a character, "" if it has none: of the
// character as written, else of what it folds to.
func reading(written, folded rune) string {
	for _, r := range [2]rune{written, folded} {
		if r >= readingsFirst && r <= readingsLast {
			if n := readingOf[r-readingsFirst]; n != 0 {
				return syllables[n-1]
			}
		}
	}
	return ""
}

// readings gives the readings of the characters of one run: first the usual
// one of each, then the second one, "" where it has none or the word around it
// settles it. dst is reused.
func readings(dst []twoReadings, run []glyph) []twoReadings {
	dst = dst[:0]
	for i, g := range run {
		p, poly := polyphones[g.written]
		if !poly && g.written != g.folded {
			// 長 has the readings of 长; a mere correction of 干 says nothing about 乾.
			p, poly = polyphones[g.folded]
			poly = poly && p.second != ""
		}
		if !poly {
			dst = append(dst, twoReadings{reading(g.written, g.folded), ""})
			continue
		}
		two := twoReadings{p.first, p.second}
		if p.surname && i > 0 {
			two.second = ""
		}
		if two.second != "" || inPhrases[g.folded] != nil {
			for _, ph := range inPhrases[g.folded] {
				if fits(ph, run, i) {
					two = twoReadings{ph.reading, ""}
					break
				}
			}
		}
		dst = append(dst, two)
	}
	return dst
}

type twoReadings struct{ first, second string }

func fits(p phrase, run []glyph, i int) bool {
	from := i - p.at
	if from < 0 || from+len(p.text) > len(run) {
		return false
	}
	for k, r := range p.text {
		if run[from+k].folded != r {
			return false
		}
	}
	return true
}

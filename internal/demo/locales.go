package demo

import "strings"

// locale is what a made-up company of a country is made of.
type locale struct {
	company, administrator, sales, domain string
	currency, country, zone               string
	// space stands between the parts of names: none in Chinese.
	space    string
	numbered string
	// scale turns amounts into the currency.
	scale    float64
	branches []string
	// regions are those a branch looks after, in the order of branches; none: all.
	regions            [][]string
	titles             titles
	families           []string
	given, given2      []string
	syllables          []syllable
	brandsLatin        []string
	trades             []trade
	forms, foreign     []string
	places             []place
	streets            []string
	mobile, mobileForm string
	jobs, terms, tags  []string
	topics, steps      []string
	said               []said
	wonBecause         []string
	lostBecause        []string
	// exhibitions are where leads are met, webForm is where others write themselves.
	exhibitions []string
	webForm     string
}

type titles struct{ boss, manager, seller, assistant string }

type syllable struct{ text, latin string }

type trade struct{ text, industry, english string }

type place struct{ region, city, district, zip, phone string }

type said struct{ kind, result string }

// full writes a name as its country does.
func (l *locale) full(family, given string) string {
	if l.space == "" {
		return family + given
	}
	return given + " " + family
}

func words(text string) []string { return strings.Fields(text) }

func syllables(text string) (list []syllable) {
	for _, w := range words(text) {
		r := []rune(w)
		list = append(list, syllable{string(r[0]), string(r[1:])})
	}
	return list
}

// address puts a place where the reader of addresses puts it: a county of Taiwan
// and a city like Shanghai have districts, other provinces and states have
// cities.
func (p place) address(country, street string) map[string]any {
	below := "city"
	if country == "台灣" || strings.HasSuffix(p.district, "区") {
		below = "district"
	}
	return map[string]any{"country": country, "zip": p.zip, "region": p.city, below: p.district, "street": street}
}

var locales = map[string]*locale{
	"zh-TW": {
		company: "範例實業股份有限公司", administrator: "系統管理員", sales: "業務部", domain: "fanli.example",
		currency: "TWD", country: "台灣", zone: "Asia/Taipei", scale: 8, numbered: "%s（%d）",
		branches:    words("北區業務處 中區業務處 南區業務處 海外業務處"),
		regions:     [][]string{{"北部", "東部"}, {"中部"}, {"南部"}, nil},
		titles:      titles{"總經理", "業務經理", "業務專員", "業務助理"},
		families:    words("陳 陳 陳 林 林 林 黃 黃 張 張 李 李 王 王 吳 劉 蔡 楊 許 鄭 謝 郭 洪 邱 曾 廖 賴 徐 周 葉 蘇 莊 呂 江 何 蕭 羅 高 簡 朱 鍾 游 彭 詹 胡 施 沈 余 盧 梁"),
		given:       words("志 家 怡 雅 淑 美 俊 建 宗 冠 佳 宜 欣 子 承 柏 宇 彥 思 惠 文 明 麗 秀 玉 信 國 正 智 育 哲 佩 靜 曉 筱 品"),
		given2:      words("豪 偉 銘 君 婷 芬 玲 宏 勳 廷 穎 蓉 翰 霖 均 翔 廷 涵 萱 如 雯 貞 慧 娟 華 龍 賢 軒 瑋 瑜 琪 安 恩 儒 樺 昇"),
		syllables:   syllables("宏hong 達da 聯lian 華hua 新xin 光guang 永yong 昌chang 豐feng 泰tai 信xin 義yi 正zheng 隆long 全quan 鴻hong 瑞rui 晶jing 展zhan 鼎ding 立li 成cheng 富fu 承cheng 亞ya 昱yu 優you 勤qin 致zhi 遠yuan 東dong 順shun 誠cheng 冠guan 精jing 翔xiang 凱kai 佳jia 源yuan 協xie"),
		brandsLatin: words("Nordwind Pacific Hoshino Meridian Albion Kestrel Vanguard Sakura Bergmann Lindqvist Oakfield Crestline Horizon Sterling Takeda Evergreen"),
		foreign:     []string{"GmbH", "Inc.", "Trading Ltd.", "Co., Ltd.", "Industries AB", "Holdings Pte. Ltd."},
		trades: []trade{
			{"電子", "電子零組件", "Electronics"}, {"科技", "資訊服務", "Technology"}, {"精密工業", "機械設備", "Precision"}, {"機械", "機械設備", "Machinery"},
			{"貿易", "批發貿易", "Trading"}, {"國際", "批發貿易", "International"}, {"食品", "食品", "Foods"}, {"生技", "生技醫療", "Biotech"},
			{"醫材", "生技醫療", "Medical"}, {"建設", "營建", "Construction"}, {"營造", "營建", "Builders"}, {"塑膠", "塑膠化工", "Plastics"},
			{"化工", "塑膠化工", "Chemical"}, {"紡織", "紡織", "Textile"}, {"物流", "運輸倉儲", "Logistics"}, {"光電", "光電", "Opto"}, {"半導體", "半導體", "Semiconductor"},
			{"餐飲", "餐飲", "Catering"}, {"金屬", "金屬製品", "Metal"}, {"資訊", "資訊服務", "Information"},
		},
		forms: []string{"股份有限公司", "股份有限公司", "股份有限公司", "有限公司", "有限公司", "企業社"},
		places: []place{
			{"北部", "台北市", "信義區", "110", "02-2%03[1]d-%04[2]d"}, {"北部", "台北市", "中山區", "104", "02-2%03[1]d-%04[2]d"}, {"北部", "台北市", "內湖區", "114", "02-8%03[1]d-%04[2]d"},
			{"北部", "新北市", "板橋區", "220", "02-2%03[1]d-%04[2]d"}, {"北部", "新北市", "新店區", "231", "02-2%03[1]d-%04[2]d"}, {"北部", "桃園市", "中壢區", "320", "03-4%02[3]d-%04[2]d"},
			{"北部", "新竹市", "東區", "300", "03-5%02[3]d-%04[2]d"}, {"中部", "台中市", "西屯區", "407", "04-2%03[1]d-%04[2]d"}, {"中部", "台中市", "南屯區", "408", "04-2%03[1]d-%04[2]d"},
			{"中部", "彰化縣", "彰化市", "500", "04-7%02[3]d-%04[2]d"}, {"南部", "台南市", "永康區", "710", "06-2%02[3]d-%04[2]d"}, {"南部", "高雄市", "前鎮區", "806", "07-8%02[3]d-%04[2]d"},
			{"南部", "高雄市", "三民區", "807", "07-3%02[3]d-%04[2]d"}, {"東部", "花蓮縣", "花蓮市", "970", "03-8%02[3]d-%04[2]d"},
		},
		streets: []string{"中山路%d號", "中正路二段%d號", "民生東路三段%d號6樓", "工業三路%d號", "建國北路一段%d號", "復興路%d號8樓", "和平街%d號", "科技一路%d號"},
		mobile:  "手機", mobileForm: "09%02[1]d-%03[2]d-%03[3]d",
		jobs:   words("採購經理 採購專員 總經理 副總經理 廠長 資訊經理 財務經理 專案經理 研發協理 行政主任 負責人"),
		terms:  []string{"月結30天", "月結60天", "貨到付款", "預付三成", ""},
		tags:   words("重點客戶 展覽名單 年度合約 待拜訪 老客戶介紹"),
		topics: []string{"年度採購案", "設備汰換", "新廠建置", "系統導入", "維護合約", "擴充授權", "樣品試單", "產線升級", "教育訓練", "第二期擴建"},
		steps:  []string{"寄送報價單", "約時間拜訪", "提供樣品", "確認規格", "追蹤簽約進度", "安排展示", "請主管一同拜訪", "確認付款條件", "寄型錄與實績", "回覆技術問題"},
		said: []said{
			{"call", "採購說預算下個月才會核定，先寄型錄過去。"}, {"call", "對方對價格有疑慮，希望能再降 5%。"}, {"call", "窗口不在，請同事代轉，明天再撥。"}, {"call", "確認已收到報價，內部討論中。"},
			{"visit", "到廠了解現況，現有設備用了八年，有汰換需求。"}, {"visit", "與採購經理和廠長開會，確認規格與交期。"}, {"visit", "展示產品，反應不錯，要我們提供實績。"}, {"meeting", "線上說明方案，資訊部門關心資料移轉。"},
			{"mail", "寄出報價單與規格書。"}, {"mail", "回覆合約條款的修改意見。"}, {"line", "對方傳來現場照片，請我們評估。"}, {"line", "約好下週二下午拜訪。"}, {"note", "老闆換人，新總經理來自同業。"},
		},
		wonBecause:  []string{"交期符合需求", "服務與售後", "價格有競爭力", "既有合作關係", "規格最符合"},
		lostBecause: []string{"價格過高", "選擇競爭對手", "預算取消", "交期趕不上", "需求暫緩"},
		exhibitions: []string{"台北國際電腦展", "台北國際自動化工業大展", "高雄國際扣件展", "台灣國際食品加工設備展"}, webForm: "官網詢價單",
	},
	"zh-CN": {
		company: "范例实业有限公司", administrator: "系统管理员", sales: "销售部", domain: "fanli.example",
		currency: "CNY", country: "中国", zone: "Asia/Shanghai", scale: 2, numbered: "%s（%d）",
		branches:    words("华东大区 华南大区 华北大区 海外业务部"),
		regions:     [][]string{{"上海", "苏州", "杭州", "宁波"}, {"深圳", "广州", "东莞"}, {"北京", "天津"}, nil},
		titles:      titles{"总经理", "销售经理", "销售代表", "销售助理"},
		families:    words("王 王 王 李 李 李 张 张 张 刘 刘 陈 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕"),
		given:       words("建 志 海 晓 小 文 丽 雪 婷 国 立 永 春 玉 秀 俊 浩 子 宇 梓 思 佳 明 红 金 德 振 少 立 雅"),
		given2:      words("军 强 伟 华 平 梅 芳 燕 玲 鹏 涛 超 斌 杰 磊 洋 颖 琳 静 敏 涵 轩 豪 然 怡 宁 峰 龙 霞 东"),
		syllables:   syllables("华hua 信xin 宏hong 达da 联lian 创chuang 鑫xin 盛sheng 恒heng 瑞rui 天tian 泰tai 金jin 源yuan 中zhong 科ke 远yuan 东dong 博bo 雅ya 诚cheng 德de 嘉jia 兴xing 万wan 通tong 海hai 润run 凯kai 美mei 正zheng 康kang 顺shun 安an 卓zhuo 越yue 新xin 程cheng 佳jia 利li"),
		brandsLatin: words("Nordwind Pacific Hoshino Meridian Albion Kestrel Vanguard Sakura Bergmann Lindqvist Oakfield Crestline"),
		foreign:     []string{"GmbH", "Inc.", "Trading Ltd.", "Co., Ltd.", "Holdings Pte. Ltd."},
		trades: []trade{
			{"电子", "电子元器件", "Electronics"}, {"科技", "信息技术", "Technology"}, {"精密机械", "机械设备", "Precision"}, {"机械", "机械设备", "Machinery"}, {"贸易", "批发贸易", "Trading"},
			{"食品", "食品", "Foods"}, {"生物科技", "医药生物", "Biotech"}, {"医疗器械", "医药生物", "Medical"}, {"建筑工程", "建筑", "Construction"}, {"化工", "化工", "Chemical"},
			{"纺织", "纺织", "Textile"}, {"物流", "物流仓储", "Logistics"}, {"光电", "光电", "Opto"}, {"半导体", "半导体", "Semiconductor"}, {"餐饮管理", "餐饮", "Catering"},
			{"金属制品", "金属制品", "Metal"}, {"信息技术", "信息技术", "Information"}, {"新能源", "新能源", "Energy"},
		},
		forms: []string{"有限公司", "有限公司", "有限公司", "股份有限公司"},
		places: []place{
			{"上海", "上海市", "浦东新区", "200120", "021-5%03[1]d%04[2]d"}, {"上海", "上海市", "闵行区", "201100", "021-6%03[1]d%04[2]d"}, {"苏州", "江苏省", "苏州市", "215000", "0512-6%03[1]d%04[2]d"},
			{"杭州", "浙江省", "杭州市", "310000", "0571-8%03[1]d%04[2]d"}, {"宁波", "浙江省", "宁波市", "315000", "0574-8%03[1]d%04[2]d"}, {"深圳", "广东省", "深圳市", "518000", "0755-8%03[1]d%04[2]d"},
			{"广州", "广东省", "广州市", "510000", "020-8%03[1]d%04[2]d"}, {"东莞", "广东省", "东莞市", "523000", "0769-2%03[1]d%04[2]d"}, {"北京", "北京市", "海淀区", "100080", "010-6%03[1]d%04[2]d"},
			{"天津", "天津市", "滨海新区", "300450", "022-6%03[1]d%04[2]d"}, {"成都", "四川省", "成都市", "610000", "028-8%03[1]d%04[2]d"}, {"武汉", "湖北省", "武汉市", "430000", "027-8%03[1]d%04[2]d"},
		},
		streets: []string{"人民路%d号", "科技园路%d号", "解放北路%d号", "工业大道%d号", "中山路%d号12楼", "建设路%d号", "创业路%d号A座"},
		mobile:  "手机", mobileForm: "138%02[1]d%03[2]d%03[3]d",
		jobs:   words("采购经理 采购专员 总经理 副总经理 厂长 信息主管 财务经理 项目经理 研发总监 行政主管 法人代表"),
		terms:  []string{"月结30天", "月结60天", "货到付款", "预付30%", ""},
		tags:   words("重点客户 展会名单 年度合同 待拜访 老客户介绍"),
		topics: []string{"年度采购", "设备更新", "新厂建设", "系统上线", "维保合同", "扩容授权", "样品试单", "产线升级", "培训项目", "二期扩建"},
		steps:  []string{"发送报价单", "约时间拜访", "提供样品", "确认规格", "跟进签约进度", "安排演示", "请领导一起拜访", "确认付款条件", "发送产品手册", "回复技术问题"},
		said: []said{
			{"call", "采购说预算下个月才批，先发产品手册。"}, {"call", "客户觉得价格偏高，希望再优惠 5%。"}, {"call", "联系人不在，明天再打。"}, {"call", "确认已收到报价，内部讨论中。"},
			{"visit", "到现场了解情况，现有设备用了八年，有更新需求。"}, {"visit", "与采购经理和厂长开会，确认规格与交期。"}, {"visit", "演示产品，反馈不错，需要提供案例。"}, {"meeting", "线上讲解方案，信息部门关心数据迁移。"},
			{"mail", "发出报价单与规格书。"}, {"mail", "回复合同条款的修改意见。"}, {"wechat", "对方发来现场照片，请我们评估。"}, {"wechat", "约好下周二下午拜访。"}, {"note", "换了新总经理，来自同行。"},
		},
		wonBecause:  []string{"交期满足需求", "服务与售后", "价格有优势", "已有合作关系", "规格最符合"},
		lostBecause: []string{"价格过高", "选择竞争对手", "预算取消", "交期来不及", "需求暂缓"},
		exhibitions: []string{"中国国际工业博览会", "华南国际工业自动化展", "广交会", "上海国际食品加工展"}, webForm: "官网询价表",
	},
	"en": {
		company: "Example Industries", administrator: "Administrator", sales: "Sales", domain: "exampleindustries.example",
		currency: "USD", country: "United States", zone: "UTC", space: " ", scale: 0.4, numbered: "%s (%d)",
		branches:    []string{"Sales East", "Sales Central", "Sales West", "Sales International"},
		regions:     [][]string{{"East"}, {"Central"}, {"West"}, nil},
		titles:      titles{"General manager", "Sales manager", "Account executive", "Sales assistant"},
		families:    words("Smith Johnson Williams Brown Jones Garcia Miller Davis Martinez Lopez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Nguyen Hill Chen Patel Kim"),
		given:       words("James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Karen Daniel Nancy Matthew Lisa Anthony Emily Mark Sandra Steven Ashley Paul Kevin Amy Laura Olivia"),
		brandsLatin: words("Northgate Harbor Summit Redwood Bluestone Ironbridge Lakeside Cedar Granite Silverline Beacon Pioneer Atlas Keystone Liberty Westfield Riverside Stonegate Clearwater Oakmont Fairview Highland Maple Falcon Cobalt Orchard Prairie Crescent Anchor Compass Juniper Willow Aspen Birch Copper"),
		trades: []trade{
			{"Electronics", "Electronics", "Electronics"}, {"Software", "Information technology", "Software"}, {"Precision", "Machinery", "Precision"}, {"Machinery", "Machinery", "Machinery"}, {"Trading", "Wholesale", "Trading"},
			{"Foods", "Food", "Foods"}, {"Biotech", "Health care", "Biotech"}, {"Medical", "Health care", "Medical"}, {"Construction", "Construction", "Construction"}, {"Chemicals", "Chemicals", "Chemicals"},
			{"Textiles", "Textiles", "Textiles"}, {"Logistics", "Transport", "Logistics"}, {"Optics", "Optics", "Optics"}, {"Energy", "Energy", "Energy"}, {"Hospitality", "Hospitality", "Hospitality"}, {"Metals", "Metals", "Metals"},
			{"Packaging", "Packaging", "Packaging"}, {"Robotics", "Machinery", "Robotics"}, {"Furniture", "Furniture", "Furniture"}, {"Marine", "Transport", "Marine"},
		},
		forms: []string{"Inc.", "LLC", "Corp.", "Ltd.", "Group"},
		places: []place{
			{"East", "NY", "New York", "10001", "+1 212-555-%04[2]d"}, {"East", "MA", "Boston", "02108", "+1 617-555-%04[2]d"}, {"East", "PA", "Philadelphia", "19103", "+1 215-555-%04[2]d"},
			{"Central", "IL", "Chicago", "60601", "+1 312-555-%04[2]d"}, {"Central", "TX", "Dallas", "75201", "+1 214-555-%04[2]d"}, {"Central", "CO", "Denver", "80202", "+1 303-555-%04[2]d"},
			{"West", "CA", "San Francisco", "94103", "+1 415-555-%04[2]d"}, {"West", "WA", "Seattle", "98101", "+1 206-555-%04[2]d"}, {"West", "AZ", "Phoenix", "85004", "+1 602-555-%04[2]d"},
		},
		streets: []string{"%d Main Street", "%d Market Street", "%d Oak Avenue", "%d Industrial Parkway", "%d Lake Drive", "%d Commerce Way"},
		mobile:  "Mobile", mobileForm: "+1 9%02[1]d-555-0%03[2]d",
		jobs:   []string{"Purchasing manager", "Buyer", "CEO", "Vice president", "Plant manager", "IT manager", "Finance manager", "Project manager", "Head of engineering", "Office manager"},
		terms:  []string{"Net 30", "Net 60", "On delivery", "30 % in advance", ""},
		tags:   []string{"Key account", "Trade fair", "Annual contract", "To visit", "Referred"},
		topics: []string{"annual order", "equipment renewal", "new plant", "system rollout", "maintenance contract", "licence extension", "sample order", "line upgrade", "training", "second phase"},
		steps:  []string{"Send the quote", "Arrange a visit", "Send samples", "Confirm the specification", "Follow up on signing", "Schedule a demo", "Bring the manager along", "Agree on payment terms", "Send references", "Answer technical questions"},
		said: []said{
			{"call", "Budget will be approved next month; send the catalogue first."}, {"call", "Finds the price high and hopes for another 5 %."}, {"call", "Not in today, call again tomorrow."}, {"call", "Has the quote, they are discussing it."},
			{"visit", "Saw the plant: the machines are eight years old and due for renewal."}, {"visit", "Met purchasing and the plant manager; agreed on specification and delivery."}, {"visit", "Showed the product, well received; they want references."},
			{"meeting", "Presented online; IT asks about data migration."}, {"mail", "Sent the quote and the data sheet."}, {"mail", "Answered the changes to the contract."}, {"note", "New managing director, comes from a competitor."},
		},
		wonBecause:  []string{"Delivery time", "Service", "Price", "Existing relationship", "Best fit"},
		lostBecause: []string{"Price", "Chose a competitor", "Budget cancelled", "Delivery too late", "Postponed"},
		exhibitions: []string{"Automate Chicago", "Pack Expo", "Hannover Messe", "CES"}, webForm: "Request for quotation on the web site",
	},
}

package schema

// Sources are the choices of where customers, people and deals come from.
func Sources() []Option {
	return []Option{
		{Value: "referral", Label: T("轉介紹", "转介绍", "Referral"),
			Aliases: Words("external referral, employee referral, customer referral, client referral, referrals, word of mouth, recommendation, existing customer, friend, 介紹, 客戶介紹, 朋友介紹, 老客戶介紹, 同事介紹, 員工推薦, 推薦, 口碑, empfehlung, weiterempfehlung")},
		{Value: "web", Label: T("網站", "网站", "Web site"),
			Aliases: Words("web, website, internet, online, web form, webform, website form, web download, web research, web inquiry, online form, online store, landing page, organic search, search engine, direct traffic, chat, live chat, google, google search, seo, contact form, 官網, 網路, 網絡, 線上, 網路搜尋, 搜索引擎, 網站諮詢, 線上表單, 在線諮詢, 線上諮詢, 網上商城, webseite, webformular")},
		{Value: "exhibition", Label: T("展覽", "展会", "Exhibition"),
			Aliases: Words("trade show, tradeshow, trade fair, fair, exhibit, expo, show, 參展, 展覽會, 展示會, 展銷會, 商展, messe")},
		{Value: "event", Label: T("活動", "活动", "Event"),
			Aliases: Words("events, seminar, seminar internal, seminar partner, webinar, conference, conferences, workshop, road show, roadshow, meetup, 研討會, 說明會, 會議, 講座, 會議活動, 市場活動, 線下活動, 線上活動, veranstaltung")},
		{Value: "cold_call", Label: T("陌生開發", "陌生拜访", "Cold call"),
			Aliases: Words("cold calling, coldcall, outbound, outbound call, prospecting, telemarketing, tele marketing, self generated, sales generated, door to door, 電話開發, 電話行銷, 電話營銷, 陌生拜訪, 陌拜, 陌生電話, 主動開發, 自主開發, 自行開發, 自開發, 掃街, kaltakquise")},
		{Value: "inbound", Label: T("主動來電", "主动来电", "Called us"),
			Aliases: Words("phone inquiry, phone enquiry, inbound call, inbound, call, phone, walk in, walkin, toll free, 來電, 電話諮詢, 客戶來電, 400電話, 上門, 自行上門, 自來客, anruf")},
		{Value: "advertising", Label: T("廣告", "广告", "Advertising"),
			Aliases: Words("advertisement, ad, ads, advert, adwords, google adwords, google ads, facebook ads, paid search, paid social, display ads, ppc, newspaper, magazine, radio, television, tv, billboard, print, 廣告投放, 付費廣告, 報紙, 雜誌, 電視, 傳單, 競價排名, 搜尋廣告, werbung, anzeige")},
		{Value: "social", Label: T("社群媒體", "社交媒体", "Social media"),
			Aliases: Words("social, social network, organic social, facebook, fb, linkedin, twitter, instagram, youtube, tiktok, line, wechat, weibo, 社群, 臉書, 社交平台, 微信, 微博, 抖音, 小紅書, 領英, 公眾號, 短視頻, soziale medien")},
		{Value: "mail", Label: T("郵件行銷", "邮件营销", "Mailing"),
			Aliases: Words("email, e mail, email marketing, mail, mailing, email campaign, campaign, campaigns, other campaigns, marketing campaign, newsletter, direct mail, sales mail alias, sales email alias, edm, 電子報, 電子郵件, 郵件, 行銷活動, 營銷活動, kampagne")},
		{Value: "partner", Label: T("合作夥伴", "合作伙伴", "Partner"),
			Aliases: Words("partners, partner referral, channel, channel partner, reseller, distributor, dealer, affiliate, agency, agent, 夥伴, 代理商, 經銷商, 渠道, 通路, 渠道夥伴, 代理, vertriebspartner")},
		{Value: "other", Label: T("其他", "其他", "Other"),
			Aliases: Words("others, miscellaneous, misc, other sources, offline, offline sources, public relations, purchased list, list, 其它, 其他來源, sonstige, sonstiges, andere")},
	}
}

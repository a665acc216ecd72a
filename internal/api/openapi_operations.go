package api

import (
	"maps"
	"net/http"
	"reflect"

	"ecrm/internal/analysis"
	"ecrm/internal/attainment"
	"ecrm/internal/blob"
	"ecrm/internal/calendar"
	"ecrm/internal/dedupe"
	"ecrm/internal/identity"
	"ecrm/internal/mail"
	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/transfer"
	"ecrm/internal/view"
	"ecrm/internal/workbench"
	"ecrm/internal/workreport"
)

var t3 = schema.T

func fixed(n node) func(*schema.Object) node { return func(*schema.Object) node { return n } }

func theRecord(o *schema.Object) node { return component(o.Name) }
func thePage(o *schema.Object) node   { return component(o.Name + "_page") }
func theInput(o *schema.Object) node  { return component(o.Name + "_input") }
func theChange(o *schema.Object) node { return component(o.Name + "_change") }

func wrapped(name string, item node) func(*schema.Object) node {
	return fixed(object([]string{name}, node{name: listOf(item)}))
}

func filterNode() node { return node{"type": []string{"string", "object", "null"}} }

var listQuery = []parameter{
	{"filter", of("string"), `level = "A" AND city IN ("台北市")`}, {"q", of("string"), ""}, {"sort", of("string"), "-created_at,name"},
	{"limit", node{"type": "integer", "minimum": 1, "maximum": record.MaxPage, "default": 50}, ""}, {"cursor", of("string"), ""}, {"fields", of("string"), "name,owner"},
	{"count", node{"enum": []string{"none", "capped", "exact"}}, ""}, {"deleted", of("boolean"), ""}, {"view", idNode(), ""},
}

func reportKinds() node {
	return node{"enum": []string{workreport.Day, workreport.Week, workreport.Month}}
}

var reportQuery = []parameter{{"kind", reportKinds(), "day"}, {"day", node{"type": "string", "format": "date"}, "2026-11-27"}}

func widgetsBody(*schema.Object) node {
	return object([]string{"widgets"}, node{"widgets": listOf(object([]string{"id", "kind", "w", "h"}, node{"id": of("string"), "kind": of("string"), "w": of("integer"), "h": of("integer"), "options": node{"type": "object", "additionalProperties": of("string")}}))})
}

func reportBody() node {
	return object([]string{"kind"}, node{"kind": reportKinds(), "day": of("string"), "texts": node{"type": "object", "additionalProperties": of("string")}, "version": of("integer")})
}

func chosenNode(more node) node {
	properties := node{"ids": listOf(idNode()), "filter": filterNode(), "q": of("string"), "view": idNode()}
	for name, n := range more {
		properties[name] = n
	}
	return object(nil, properties)
}

func bulkOperation(text schema.Text, verb string, owned bool, input node) operation {
	return operation{text: text, verb: verb, owned: owned, status: http.StatusAccepted, answer: fixed(component("Job")),
		body: fixed(chosenNode(node{"input": input}))}
}

func importOperation(text schema.Text) operation {
	return operation{text: text, status: http.StatusAccepted, answer: fixed(component("Import"))}
}

func meNode() node {
	return object([]string{"user", "company", "admin", "version"}, node{
		"user": schemaOf(reflect.TypeFor[identity.Person]()), "company": object(nil, node{"name": of("string"), "currency": of("string"), "language": of("string"), "time_zone": of("string"),
			"follow_up_days": node{"type": "object", "additionalProperties": of("integer")}}),
		"admin": of("boolean"), "version": of("string"),
	})
}

// textNode is a label: one text, or one for each language.
var textNode = node{"type": []string{"string", "object"}}

// unmergedNode is what undoing a merge comes to.
var unmergedNode = object([]string{"merge", "may_undo", "back", "stays"}, node{"merge": answerOf[mergeView](), "may_undo": of("boolean"), "back": of("integer"), "stays": listOf(answerOf[fieldProblem]())})

// mergingNode says which records become one, and whose value of a field is kept.
var mergingNode = object([]string{"ids"}, node{"ids": listOf(idNode()), "winner": idNode(),
	"versions": node{"type": "object", "additionalProperties": of("integer")}, "choices": node{"type": "object", "additionalProperties": of("string")}})

var madeNode = object([]string{"id"}, node{"id": idNode()})

func viewBody(*schema.Object) node {
	return object([]string{"object", "name"}, node{"object": of("string"), "name": of("string"), "filter": filterNode(), "q": of("string"), "sort": of("string"),
		"columns": listOf(schemaOf(reflect.TypeFor[view.Column]())), "group": of("string"), "analysis": of("string"), "settings": answerOf[analysis.Settings](), "shared_with": schemaOf(reflect.TypeFor[view.Audience]())})
}

// operations describes every route; TestDescriptionCoversEveryRoute holds it
// complete.
var operations = map[string]operation{
	"GET /metrics":                 {text: t3("量測數據 (Prometheus)", "监控指标 (Prometheus)", "Measurements for Prometheus"), media: "text/plain", answer: fixed(of("string"))},
	"GET " + prefix + "setup":      {text: t3("是否需要初次設定", "是否需要初始设置", "Whether the set-up is still to be done"), answer: fixed(object([]string{"needed", "mail"}, node{"needed": of("boolean"), "mail": of("boolean")}))},
	"POST " + prefix + "setup":     {text: t3("初次設定並登入", "初始设置并登录", "Set the company up and sign in"), body: fixed(of("object")), answer: fixed(node{})},
	"POST " + prefix + "session":   {text: t3("登入", "登录", "Sign in"), body: fixed(object([]string{"login", "password"}, node{"login": of("string"), "password": of("string")})), answer: fixed(madeNode)},
	"DELETE " + prefix + "session": {text: t3("登出", "退出登录", "Sign out"), status: http.StatusNoContent},
	"GET " + prefix + "me":         {text: t3("我是誰、可以做什麼", "我是谁、可以做什么", "Who am I and what may I do"), answer: fixed(meNode())},
	"PATCH " + prefix + "me": {text: t3("修改個人設定或密碼", "修改个人设置或密码", "Change personal settings, or the password"), answer: fixed(node{}),
		body: fixed(object(nil, node{"language": of("string"), "time_zone": of("string"), "theme": of("string"), "density": of("string"), "photo": node{"type": []string{"string", "object", "null"}}, "old_password": of("string"), "password": of("string")}))},
	"GET " + prefix + "sessions":         {text: t3("登入中的裝置", "登录中的设备", "Where somebody is signed in"), query: []parameter{{"user", of("string"), ""}}, answer: wrapped("sessions", component("Session"))},
	"DELETE " + prefix + "sessions/{id}": {text: t3("登出一個裝置", "使一台设备退出登录", "End a session"), status: http.StatusNoContent},
	"GET " + prefix + "tokens":           {text: t3("API 權杖", "API 令牌", "API tokens"), query: []parameter{{"user", idNode(), ""}}, answer: wrapped("tokens", component("Token"))},
	"POST " + prefix + "tokens": {text: t3("新增 API 權杖", "新建 API 令牌", "Make an API token"), status: http.StatusCreated, answer: fixed(component("Token")),
		body: fixed(object([]string{"name", "scopes"}, node{"name": of("string"), "scopes": listOf(node{"enum": policy.AllGrants}), "expires_at": orNull("string")}))},
	"DELETE " + prefix + "tokens/{id}": {text: t3("撤銷 API 權杖", "撤销 API 令牌", "Revoke an API token"), status: http.StatusNoContent},
	"POST " + prefix + "users/{id}/actions/reset-password": {text: t3("重設密碼", "重置密码", "Reset a password"),
		answer: fixed(object([]string{"temporary_password"}, node{"temporary_password": of("string")}))},
	"POST " + prefix + "users/actions/invite": {text: t3("發給新使用者臨時密碼", "发给新用户临时密码", "Hand out first passwords"),
		body:   fixed(object(nil, node{"ids": listOf(idNode()), "format": node{"enum": []string{"json", "csv"}}, "by": node{"enum": []string{"mail"}}})),
		answer: fixed(object(nil, node{"users": listOf(schemaOf(reflect.TypeFor[identity.Invitation]())), "mailed": of("integer"), "without_address": listOf(of("string"))}))},
	"GET " + prefix + "reach":          {text: t3("同事用哪些網址連進來", "同事用哪些网址访问", "The addresses by which colleagues come here"), answer: fixed(schemaOf(reflect.TypeFor[reachView]()))},
	"GET " + prefix + "reach/code.svg": {text: t3("網址的 QR 碼", "网址的二维码", "An address as a QR code"), query: []parameter{{"address", of("string"), ""}}, media: "image/svg+xml"},
	"GET " + prefix + "objects": {text: t3("所有物件的欄位與版面", "所有对象的字段与布局", "Metadata of all objects"),
		answer: fixed(object([]string{"version", "objects"}, node{"version": of("integer"), "objects": listOf(component("Object"))}))},
	"POST " + prefix + "objects": {text: t3("新增物件", "新建对象", "Make an object"), status: http.StatusCreated, answer: fixed(component("Object")), body: fixed(objectNode([]string{"name", "labels"}, node{
		"name": node{"type": "string", "pattern": "^x_[a-z0-9][a-z0-9_]{0,21}$"}, "plural": of("string"), "owned": of("boolean"), "through": listOf(of("string")), "links": listOf(of("string")), "fields": listOf(newFieldNode()),
	}))},
	"PATCH " + prefix + "objects/{object}":       {text: t3("修改物件", "修改对象", "Change an object"), answer: fixed(component("Object")), body: fixed(objectNode(nil, nil))},
	"GET " + prefix + "objects/{object}":         {text: t3("一個物件的欄位與版面", "一个对象的字段与布局", "Metadata of an object"), answer: fixed(component("Object"))},
	"POST " + prefix + "objects/{object}/fields": {text: t3("新增欄位", "新建字段", "Add a field"), status: http.StatusCreated, answer: fixed(component("Field")), body: fixed(newFieldNode())},
	"PUT " + prefix + "objects/{object}/pipelines": {text: t3("修改銷售流程與階段", "修改销售流程与阶段", "Change pipelines and their stages"), answer: fixed(component("Object")),
		body: fixed(object([]string{"pipelines"}, node{"pipelines": listOf(of("object"))}))},
	"PATCH " + prefix + "objects/{object}/fields/{field}": {text: t3("修改欄位", "修改字段", "Change a field"), body: fixed(of("object")), answer: fixed(component("Field"))},
	"DELETE " + prefix + "objects/{object}/fields/{field}": {text: t3("停用欄位；drop=true 永久刪除已停用的", "停用字段；drop=true 彻底删除已停用的", "Retire a field; drop=true removes one that is retired for good"),
		query: []parameter{{"drop", of("boolean"), ""}}, status: http.StatusNoContent},
	"POST " + prefix + "objects/{object}/fields/{field}/actions/restore": {text: t3("恢復停用的欄位", "恢复停用的字段", "Restore a retired field"), answer: fixed(component("Field"))},
	"GET " + prefix + "objects/{object}/retired-fields":                  {text: t3("停用的欄位", "停用的字段", "The retired fields"), answer: wrapped("fields", schemaOf(reflect.TypeFor[retiredView]()))},
	"PATCH " + prefix + "company":                                        {text: t3("修改公司設定", "修改公司设置", "Change the company's settings"), body: fixed(of("object")), answer: fixed(node{})},
	"GET " + prefix + "readings/{type}":                                  {text: t3("文字會怎麼理解（生日、地址）", "文字会如何理解（生日、地址）", "How a text is understood: birthday or address"), query: []parameter{{"text", of("string"), "農曆八月十五"}}, answer: fixed(of("object"))},
	"GET " + prefix + "places":                                           {text: t3("縣市、鄉鎮市區與郵遞區號", "台湾的县市、乡镇市区与邮编", "Counties, districts and postal codes of Taiwan"), answer: wrapped("regions", schemaOf(reflect.TypeFor[regionView]()))},
	"GET " + prefix + "search": {text: t3("全域搜尋", "全局搜索", "Search across all objects"), query: []parameter{{"q", of("string"), ""}},
		answer: wrapped("results", schemaOf(reflect.TypeFor[record.Find]()))},
	"POST " + prefix + "imports": {text: t3("上傳要匯入的檔案", "上传要导入的文件", "Upload a file to import"), status: http.StatusCreated, answer: fixed(component("Import")), upload: true,
		body: fixed(object([]string{"file", "object"}, node{"object": of("string"), "file": node{"type": "string", "contentMediaType": "application/octet-stream"}}))},
	"GET " + prefix + "imports":                      {text: t3("我最近的匯入", "我最近的导入", "My latest imports"), answer: wrapped("imports", schemaOf(reflect.TypeFor[transfer.Brief]()))},
	"GET " + prefix + "imports/{id}":                 {text: t3("匯入的狀態", "导入的状态", "State of an import"), answer: fixed(component("Import"))},
	"GET " + prefix + "imports/{id}/problems.csv":    {text: t3("匯入問題的檔案", "导入问题的文件", "The problems of an import as a file"), media: "text/csv"},
	"PATCH " + prefix + "imports/{id}":               {text: t3("調整對應", "调整映射", "Change what was detected and guessed"), body: fixed(of("object")), answer: fixed(component("Import"))},
	"POST " + prefix + "imports/{id}/actions/check":  importOperation(t3("試跑", "试运行", "Dry run")),
	"POST " + prefix + "imports/{id}/actions/run":    importOperation(t3("匯入", "导入", "Import")),
	"POST " + prefix + "imports/{id}/actions/cancel": importOperation(t3("取消匯入", "取消导入", "Cancel an import")),
	"POST " + prefix + "imports/{id}/actions/undo":   importOperation(t3("復原匯入", "撤销导入", "Undo an import")),
	"GET " + prefix + "jobs":                         {text: t3("我的工作", "我的任务", "My jobs"), query: []parameter{{"limit", of("integer"), ""}}, answer: wrapped("jobs", component("Job"))},
	"GET " + prefix + "jobs/{id}":                    {text: t3("工作的進度與結果", "任务的进度与结果", "Progress and result of a job"), answer: fixed(component("Job"))},
	"GET " + prefix + "jobs/{id}/rows":               {text: t3("批次工作逐筆的結果", "批量任务逐条的结果", "What became of each record")},
	"GET " + prefix + "jobs/{id}/result":             {text: t3("下載匯出的檔案", "下载导出的文件", "The file of an export"), media: "application/octet-stream"},
	"POST " + prefix + "jobs/{id}/actions/cancel":    {text: t3("取消工作", "取消任务", "Cancel a job"), status: http.StatusAccepted, answer: fixed(component("Job"))},
	"POST " + prefix + "jobs/{id}/actions/undo":      {text: t3("復原批次工作", "撤销批量任务", "Undo a bulk action"), status: http.StatusAccepted, answer: fixed(component("Job"))},
	"POST " + prefix + "files": {text: t3("上傳檔案", "上传文件", "Upload a file"), status: http.StatusCreated, answer: fixed(component("File")), upload: true,
		body: fixed(object([]string{"file"}, node{"file": node{"type": "string", "contentMediaType": "application/octet-stream"}}))},
	"GET " + prefix + "files/{id}": {text: t3("下載檔案或縮圖", "下载文件或缩略图", "A file, or a picture made small"), media: "application/octet-stream",
		query: []parameter{{"size", node{"enum": blob.Sizes}, ""}, {"download", of("boolean"), ""}}},
	"GET " + prefix + "events":                          {text: t3("即時事件", "实时事件", "Live events"), media: "text/event-stream", query: []parameter{{"back", of("integer"), ""}}, answer: fixed(of("string"))},
	"GET " + prefix + "analyses":                        {text: t3("可用的分析報表", "可用的分析报表", "The analyses there are"), answer: wrapped("analyses", answerOf[analysis.View]())},
	"POST " + prefix + "analyses/{name}/actions/run":    {text: t3("分析報表的結果", "分析报表的结果", "Answer an analysis"), body: fixed(answerOf[analysis.Settings]()), answer: fixed(answerOf[analysis.Answer]())},
	"POST " + prefix + "analyses/{name}/actions/export": {text: t3("分析報表的活頁簿", "分析报表的工作簿", "An analysis as a workbook"), body: fixed(answerOf[analysis.Settings]()), media: xlsxType},
	"GET " + prefix + "favorites":                       {text: t3("我的最愛", "我的收藏", "Favourites"), answer: wrapped("favorites", component("Favorite"))},
	"PUT " + prefix + "favorites": {text: t3("我的最愛的順序", "我的收藏的顺序", "Put favourites in order"), answer: wrapped("favorites", component("Favorite")),
		body: wrapped("favorites", object([]string{"object", "id"}, node{"object": of("string"), "id": idNode()}))},
	"PUT " + prefix + "favorites/{object}/{id}":    {text: t3("加入我的最愛", "加入收藏", "Star a record or a view"), answer: fixed(component("Favorite"))},
	"DELETE " + prefix + "favorites/{object}/{id}": {text: t3("移出我的最愛", "取消收藏", "Take the star away"), status: http.StatusNoContent},
	"POST " + prefix + "password/actions/forget": {text: t3("忘記密碼：寄出重設連結", "忘记密码：发送重置链接", "Mail a link to a new password to whoever has this login"), status: http.StatusAccepted,
		body: fixed(object([]string{"login"}, node{"login": of("string")})), answer: fixed(object([]string{"message"}, node{"message": of("string")}))},
	"POST " + prefix + "password/actions/look": {text: t3("連結是給誰的", "链接是给谁的", "Whose link it is"), body: fixed(object([]string{"token"}, node{"token": of("string")})),
		answer: fixed(object([]string{"name", "login", "purpose"}, node{"name": of("string"), "login": of("string"), "language": of("string"), "purpose": of("string")}))},
	"POST " + prefix + "password/actions/choose": {text: t3("用連結設定密碼並登入", "用链接设置密码并登录", "Choose a password by a link, and sign in"),
		body: fixed(object([]string{"token", "password"}, node{"token": of("string"), "password": of("string")})), answer: fixed(madeNode)},
	"GET " + prefix + "mail-server":               {text: t3("郵件伺服器", "邮件服务器", "The outgoing mail server"), answer: fixed(answerOf[mailServerView]())},
	"PATCH " + prefix + "mail-server":             {text: t3("設定郵件伺服器", "设置邮件服务器", "Set the mail server"), body: fixed(of("object")), answer: fixed(answerOf[mailServerView]())},
	"POST " + prefix + "mail-server/actions/test": {text: t3("寄一封測試信", "发送测试邮件", "Send a test mail"), body: fixed(object([]string{"to"}, node{"to": of("string")})), answer: fixed(answerOf[triedView]())},
	"GET " + prefix + "mails": {text: t3("寄出的郵件與問題", "发出的邮件与问题", "Outgoing mails and what failed"), query: []parameter{{"state", node{"enum": []string{mail.Queued, mail.Sent, mail.Failed, mail.Skipped}}, ""}, {"cursor", of("string"), ""}},
		answer: fixed(object([]string{"mails", "next"}, node{"mails": listOf(answerOf[outgoingView]()), "next": orNull("string")}))},
	"POST " + prefix + "mails/{id}/actions/retry": {text: t3("再寄一次", "重新发送", "Try a mail again"), status: http.StatusNoContent},
	"GET " + prefix + "calendar": {text: t3("行事曆：待辦、拜訪、成交日、生日", "日程：任务、拜访、成交日、生日", "The calendar: tasks, visits, closing days, birthdays"),
		query:  []parameter{{"from", node{"type": "string", "format": "date"}, ""}, {"to", node{"type": "string", "format": "date"}, ""}, {"who", of("string"), ""}, {"kinds", of("string"), ""}},
		answer: fixed(object([]string{"entries", "cut", "kinds"}, node{"entries": listOf(answerOf[calendar.Entry]()), "cut": of("boolean"), "kinds": listOf(of("string"))}))},
	"GET " + prefix + "calendar/links": {text: t3("手機訂閱行事曆的連結", "手机订阅日程的链接", "Addresses from which phones read my calendar"), answer: wrapped("links", answerOf[calendarLinkView]())},
	"POST " + prefix + "calendar/links": {text: t3("新增訂閱連結", "新建订阅链接", "Make such an address"), status: http.StatusCreated, answer: fixed(answerOf[calendarLinkView]()),
		body: fixed(objectNode([]string{"name"}, node{"name": of("string")}))},
	"DELETE " + prefix + "calendar/links/{id}": {text: t3("撤銷訂閱連結", "撤销订阅链接", "Revoke such an address"), status: http.StatusNoContent},
	"GET " + prefix + "notices": {text: t3("我的通知", "我的通知", "My notices"), query: []parameter{{"cursor", of("string"), ""}, {"limit", of("integer"), ""}, {"unread", of("boolean"), ""}},
		answer: fixed(object([]string{"notices", "next", "unread"}, node{"notices": listOf(component("Notice")), "next": orNull("string"), "unread": of("integer")}))},
	"POST " + prefix + "notices/actions/read": {text: t3("將通知標為已讀或未讀", "将通知标为已读或未读", "Mark notices read or unread"), answer: fixed(object([]string{"unread"}, node{"unread": of("integer")})),
		body: fixed(object(nil, node{"ids": listOf(idNode()), "through": idNode(), "job": idNode(), "unread": of("boolean")}))},
	"GET " + prefix + "notices/choices":         {text: t3("我要收到哪些通知", "我要接收哪些通知", "Which notices I want, and how"), answer: fixed(component("NoticeChoices"))},
	"PATCH " + prefix + "notices/choices":       {text: t3("選擇要收到哪些通知", "选择接收哪些通知", "Choose notices and how they come"), body: fixed(of("object")), answer: fixed(component("NoticeChoices"))},
	"GET " + prefix + "workbench":               {text: t3("我的工作台", "我的工作台", "My start page"), answer: fixed(answerOf[workbench.Layout]())},
	"PUT " + prefix + "workbench":               {text: t3("儲存我的工作台", "保存我的工作台", "Keep my start page"), body: widgetsBody, answer: fixed(answerOf[workbench.Layout]())},
	"DELETE " + prefix + "workbench":            {text: t3("恢復預設的工作台", "恢复默认工作台", "Put my start page back"), answer: fixed(answerOf[workbench.Layout]())},
	"PUT " + prefix + "workbench/roles/{id}":    {text: t3("設定角色的工作台", "设置角色的工作台", "What people of a role begin with"), body: widgetsBody, answer: fixed(answerOf[workbench.Layout]())},
	"DELETE " + prefix + "workbench/roles/{id}": {text: t3("移除角色的工作台", "移除角色的工作台", "Forget what people of a role begin with"), answer: fixed(answerOf[workbench.Layout]())},
	"GET " + prefix + "attainment":              {text: t3("業績與目標", "业绩与目标", "Sales against targets by month"), query: []parameter{{"from", of("string"), "2026-11"}, {"months", of("integer"), ""}, {"who", of("string"), "me"}}, answer: fixed(answerOf[attainment.Months]())},
	"GET " + prefix + "leaders":                 {text: t3("排行榜", "排行榜", "The leaderboard of a month"), query: []parameter{{"month", of("string"), "2026-11"}}, answer: fixed(answerOf[attainment.Leaders]())},
	"GET " + prefix + "reporting/mine":          {text: t3("我在一段期間的工作報告", "我在某一期间的工作报告", "My work report on a period"), query: reportQuery, answer: fixed(answerOf[workreport.Page]())},
	"PUT " + prefix + "reporting/draft":         {text: t3("儲存工作報告草稿", "保存工作报告草稿", "Keep the draft of a work report"), body: fixed(reportBody()), answer: fixed(answerOf[workreport.Draft]())},
	"POST " + prefix + "reporting/hand-in":      {text: t3("交出工作報告", "提交工作报告", "Hand a work report in"), status: http.StatusCreated, body: fixed(reportBody()), answer: fixed(object([]string{"id"}, node{"id": idNode()}))},
	"GET " + prefix + "reporting/logged":        {text: t3("工作報告交出時的紀錄", "工作报告提交时的记录", "What was logged in a work report"), query: []parameter{{"id", idNode(), ""}}, answer: fixed(object([]string{"logged"}, node{"logged": nullable(answerOf[workreport.Logged]())}))},
	"GET " + prefix + "reporting/team":          {text: t3("團隊的工作報告與還沒交的人", "团队的工作报告与未提交的人", "A team's work reports, and who owes one"), query: append([]parameter{{"brief", of("boolean"), ""}}, reportQuery...), answer: fixed(answerOf[workreport.Team]())},
	"POST " + prefix + "reporting/remind": {text: t3("提醒還沒交工作報告的人", "提醒未提交工作报告的人", "Remind who owes a work report"), answer: fixed(object([]string{"reminded"}, node{"reminded": of("integer")})),
		body: fixed(object([]string{"kind", "people"}, node{"kind": reportKinds(), "day": of("string"), "people": listOf(idNode())}))},
	"GET " + prefix + "views":         {text: t3("已存檢視", "已存视图", "Saved views"), query: []parameter{{"object", of("string"), ""}}, answer: wrapped("views", component("View"))},
	"POST " + prefix + "views":        {text: t3("儲存檢視", "保存视图", "Save a view"), status: http.StatusCreated, body: viewBody, answer: fixed(component("View"))},
	"GET " + prefix + "views/{id}":    {text: t3("讀取檢視", "读取视图", "Read a view"), answer: fixed(component("View"))},
	"PATCH " + prefix + "views/{id}":  {text: t3("修改檢視", "修改视图", "Change a view"), body: fixed(of("object")), answer: fixed(component("View"))},
	"DELETE " + prefix + "views/{id}": {text: t3("刪除檢視", "删除视图", "Remove a view"), status: http.StatusNoContent},

	"GET " + prefix + "{plural}":  {text: t3("{object}清單", "{object}列表", "{object}: list"), query: listQuery, answer: thePage},
	"POST " + prefix + "{plural}": {text: t3("新增{object}", "新建{object}", "{object}: create"), verb: policy.Create, body: theInput, answer: theRecord, status: http.StatusCreated},
	"POST " + prefix + "{plural}/batch": {text: t3("一次新增或修改多筆{object}", "一次新建或修改多条{object}", "{object}: create or change up to 500"), verb: policy.Edit, answer: fixed(component("Batch")),
		body: func(o *schema.Object) node {
			return object(nil, node{"create": listOf(theInput(o)), "update": listOf(of("object")), "atomic": of("boolean")})
		}},
	"PUT " + prefix + "{plural}/by/{field}/{value}": {text: t3("用不重複的欄位新增或修改{object}", "用唯一字段新建或修改{object}", "{object}: create or change by a unique field"), verb: policy.Edit, body: theChange, answer: theRecord},
	"POST " + prefix + "{plural}/aggregate": {text: t3("{object}統計", "{object}统计", "{object}: group and measure"),
		body: fixed(object([]string{"measures"}, node{"filter": filterNode(), "q": of("string"), "view": idNode(), "group": listOf(of("object")), "measures": listOf(of("object"))})),
		answer: fixed(object([]string{"rows"}, node{"rows": listOf(object([]string{"group", "measures"}, node{"group": listOf(node{}), "measures": listOf(node{}), "converted": of("boolean"), "unconverted": of("integer")})),
			"currency": of("string"), "converted": of("boolean"), "unconverted": of("integer")}))},
	"POST " + prefix + "{plural}/warnings": {text: t3("輸入時的提醒", "输入时的提醒", "{object}: what is doubtful about values being typed"),
		body:   func(o *schema.Object) node { return object(nil, node{"id": idNode(), "values": of("object")}) },
		answer: fixed(object([]string{"_warnings"}, node{"_warnings": listOf(component("Warning"))}))},
	"POST " + prefix + "{plural}/duplicates": {text: t3("輸入的資料像哪些{object}", "输入的数据像哪些{object}", "{object}: those like the one being typed"),
		body:   func(o *schema.Object) node { return object(nil, node{"id": idNode(), "values": of("object")}) },
		answer: fixed(object([]string{"candidates", "hidden"}, node{"candidates": answerOf[[]record.Candidate](), "hidden": of("integer")}))},
	"GET " + prefix + "duplicates": {text: t3("找到的重複資料", "找到的重复数据", "Groups of records that may be the same"), query: []parameter{{"object", of("string"), ""}, {"cursor", of("string"), ""}, {"limit", of("integer"), ""}},
		answer: fixed(object([]string{"groups", "next", "searched_at", "count"}, node{"groups": answerOf[[]dedupe.Group](), "next": orNull("string"), "searched_at": orNull("string"), "count": component("Count")}))},
	"GET " + prefix + "merges": {text: t3("合併的紀錄", "合并的记录", "The newest merges"), query: []parameter{{"object", of("string"), ""}, {"record", idNode(), ""}},
		answer: wrapped("merges", answerOf[mergeView]())},
	"GET " + prefix + "merges/{id}":                       {text: t3("復原這次合併會怎樣", "撤销这次合并会怎样", "What undoing a merge would come to"), answer: fixed(unmergedNode)},
	"POST " + prefix + "merges/{id}/actions/undo":         {text: t3("復原合併", "撤销合并", "Undo a merge"), answer: fixed(unmergedNode)},
	"POST " + prefix + "{plural}/actions/find-duplicates": {text: t3("找出重複的{object}", "查找重复的{object}", "{object}: look for duplicates over everything"), status: http.StatusAccepted, answer: fixed(component("Job"))},
	"POST " + prefix + "{plural}/actions/apart": {text: t3("這些{object}不是同一筆", "这些{object}不是同一条", "{object}: these are not the same"), status: http.StatusNoContent,
		body: fixed(object([]string{"ids"}, node{"ids": listOf(idNode())}))},
	"POST " + prefix + "{plural}/actions/preview-merge": {text: t3("合併{object}會怎樣", "合并{object}会怎样", "{object}: what merging would come to"), body: fixed(mergingNode), answer: fixed(answerOf[record.MergePreview]())},
	"POST " + prefix + "{plural}/actions/merge": {text: t3("合併{object}", "合并{object}", "{object}: merge"), body: fixed(mergingNode),
		answer: fixed(object([]string{"merge", "object", "id"}, node{"merge": idNode(), "object": of("string"), "id": idNode()}))},
	"GET " + calendarPrefix + "{file}":                  {text: t3("手機訂閱的行事曆", "手机订阅的日程", "A person's calendar, for phones"), media: "text/calendar", answer: fixed(of("string"))},
	"GET " + prefix + "{plural}/duplicates":             {text: t3("可能重複的{object}", "可能重复的{object}", "{object}: those that look alike")},
	"GET " + prefix + "{plural}/{id}":                   {text: t3("讀取{object}", "读取{object}", "{object}: read"), answer: theRecord},
	"PATCH " + prefix + "{plural}/{id}":                 {text: t3("修改{object}", "修改{object}", "{object}: change"), verb: policy.Edit, body: theChange, answer: theRecord},
	"DELETE " + prefix + "{plural}/{id}":                {text: t3("將{object}移到回收筒", "将{object}移到回收站", "{object}: to the recycle bin"), verb: policy.Remove, status: http.StatusNoContent},
	"POST " + prefix + "{plural}/{id}/actions/restore":  {text: t3("從回收筒還原{object}", "从回收站还原{object}", "{object}: out of the recycle bin"), verb: policy.Remove, answer: theRecord},
	"GET " + prefix + "{plural}/{id}/actions/{action}":  {text: t3("{object}：{action}的表單", "{object}：{action}的表单", "{object}: the form of “{action}”"), answer: fixed(answerOf[offerView]())},
	"POST " + prefix + "{plural}/{id}/actions/{action}": {text: t3("{object}：{action}", "{object}：{action}", "{object}: {action}"), answer: fixed(object([]string{"next"}, node{"next": component("Reference")}))},
	"GET " + prefix + "{plural}/{id}/stages":            {text: t3("{object}走過的階段與停留時間", "{object}经过的阶段与停留时间", "{object}: the stages it went through, and how long it was in each"), answer: wrapped("stays", answerOf[stayView]())},
	"GET " + prefix + "{plural}/{id}/history":           {text: t3("{object}的變更", "{object}的变更", "{object}: every change"), answer: fixed(component("Entries"))},
	"GET " + prefix + "{plural}/{id}/timeline": {text: t3("{object}的時間軸", "{object}的时间轴", "{object}: everything that happened"), answer: fixed(component("Entries")),
		query: []parameter{{"kind", of("string"), ""}, {"limit", node{"type": "integer", "minimum": 1, "maximum": record.MaxPage, "default": 50}, ""}, {"cursor", of("string"), ""}}},
	"GET " + prefix + "{plural}/{id}/print": {text: t3("{object}的文件（PDF）", "{object}的文件（PDF）", "{object}: as a document, a PDF, where there is one"), media: "application/pdf",
		query: []parameter{{"language", node{"enum": []string{"zh-TW", "zh-CN", "en"}}, ""}, {"form", of("string"), ""}, {"download", of("string"), ""}}},
	"GET " + prefix + "{plural}/{id}/comments": {text: t3("{object}的留言", "{object}的评论", "{object}: comments"), answer: fixed(component("Entries"))},
	"POST " + prefix + "{plural}/{id}/comments": {text: t3("在{object}留言", "评论{object}", "{object}: comment"), status: http.StatusCreated, answer: fixed(answerOf[entry]()),
		body: fixed(object(nil, node{"text": of("string"), "files": listOf(component("ReferenceInput"))}))},
	"GET " + prefix + "{plural}/{id}/people": {text: t3("在{object}可以提及誰", "在{object}可以提及谁", "{object}: whom a text may mention"), query: []parameter{{"q", of("string"), "wang"}}, answer: wrapped("people", schemaOf(reflect.TypeFor[notice.Person]()))},
	"GET " + prefix + "{plural}/{id}/files":  {text: t3("{object}的附件", "{object}的附件", "{object}: attachments"), answer: wrapped("files", component("File"))},
	"POST " + prefix + "{plural}/{id}/files": {text: t3("加附件到{object}", "给{object}添加附件", "{object}: attach files"), verb: policy.Edit, status: http.StatusCreated, answer: wrapped("files", component("File")),
		body: fixed(object([]string{"files"}, node{"files": listOf(component("ReferenceInput"))}))},
	"DELETE " + prefix + "{plural}/{id}/files/{file}": {text: t3("移除{object}的附件", "移除{object}的附件", "{object}: take an attachment away"), verb: policy.Edit, status: http.StatusNoContent},
	"GET " + prefix + "{plural}/{id}/shares":          {text: t3("{object}分享給誰", "{object}共享给谁", "{object}: shared with whom"), owned: true, answer: wrapped("shares", component("Share"))},
	"POST " + prefix + "{plural}/{id}/shares": {text: t3("分享{object}", "共享{object}", "{object}: share"), verb: policy.Share, owned: true, status: http.StatusCreated, answer: fixed(component("Share")),
		body: fixed(object(nil, node{"user": component("ReferenceInput"), "department": component("ReferenceInput"), "write": of("boolean"), "role": of("string"), "until": orNull("string")}))},
	"DELETE " + prefix + "{plural}/{id}/shares/{share}": {text: t3("收回分享", "收回共享", "{object}: take a share back"), verb: policy.Share, owned: true, status: http.StatusNoContent},
	"GET " + prefix + "{plural}/{id}/access": {text: t3("為什麼我可以", "为什么我可以", "{object}: why may I"),
		answer: fixed(object([]string{"may", "why"}, node{"may": node{"type": "object", "additionalProperties": of("boolean")}, "why": listOf(answerOf[whyView]())}))},
	"GET " + prefix + "{plural}/{id}/{related}": {text: t3("{object}的相關資料", "{object}的相关数据", "{object}: what refers to it"), query: listQuery,
		answer: fixed(object([]string{"records", "next"}, node{"records": listOf(of("object")), "next": orNull("string"), "count": component("Count")}))},

	"POST " + prefix + "{plural}/actions/assign": bulkOperation(t3("批次指派{object}", "批量分配{object}", "{object}: assign many"), policy.Assign, true, object(nil, node{"owner": of("string"), "department": of("string")})),
	"POST " + prefix + "{plural}/actions/edit":   bulkOperation(t3("批次修改{object}", "批量修改{object}", "{object}: edit many"), policy.Edit, false, object([]string{"fields"}, node{"fields": of("object")})),
	"POST " + prefix + "{plural}/actions/follow": bulkOperation(t3("為多筆{object}安排同樣的跟進", "为多条{object}安排同样的跟进", "{object}: the same follow-up for many"), policy.View, false,
		object([]string{"object", "values"}, node{"object": of("string"), "values": of("object"), "to_owner": of("boolean")})),
	"POST " + prefix + "{plural}/actions/tag":     bulkOperation(t3("批次貼標籤", "批量打标签", "{object}: tag many"), policy.Edit, false, object(nil, node{"add": listOf(of("string")), "remove": listOf(of("string"))})),
	"POST " + prefix + "{plural}/actions/delete":  bulkOperation(t3("批次刪除{object}", "批量删除{object}", "{object}: delete many"), policy.Remove, false, node{}),
	"POST " + prefix + "{plural}/actions/restore": bulkOperation(t3("批次還原{object}", "批量还原{object}", "{object}: restore many"), policy.Remove, false, node{}),
	"POST " + prefix + "{plural}/actions/share":   bulkOperation(t3("批次分享{object}", "批量共享{object}", "{object}: share many"), policy.Share, true, of("object")),
	"POST " + prefix + "{plural}/actions/export": {text: t3("匯出{object}", "导出{object}", "{object}: export"), verb: policy.Export, status: http.StatusAccepted, answer: fixed(component("Job")),
		body: fixed(chosenNode(node{"fields": listOf(of("string")), "sort": of("string"), "format": node{"enum": []string{"csv", "xlsx"}}, "encoding": of("string")}))},
	"GET /f/{token}":        {text: t3("公開表單", "公开表单", "A public form"), media: "text/html", answer: fixed(of("string"))},
	"GET /f/{token}/embed":  {text: t3("嵌在別的網頁裡的公開表單", "嵌入其他网页的公开表单", "A public form within another page"), media: "text/html", answer: fixed(of("string"))},
	"POST /f/{token}":       {text: t3("送出公開表單", "提交公开表单", "Send a public form in"), media: "text/html", answer: fixed(of("string"))},
	"POST /f/{token}/embed": {text: t3("送出嵌入的公開表單", "提交嵌入的公开表单", "Send an embedded form in"), media: "text/html", answer: fixed(of("string"))},
	"GET /api/openapi.json": {text: t3("這份說明", "本说明", "This description"), answer: fixed(of("object"))},
	"GET /api/docs":         {text: t3("可讀的說明", "可读的说明", "The readable description"), media: "text/html", answer: fixed(of("string"))},
	"GET /api/docs.js":      {media: "text/javascript", answer: fixed(of("string"))},
}

// newFieldNode describes a field that is to be made at run time.
func newFieldNode() node {
	properties := func() node {
		return node{"name": node{"type": "string", "pattern": "^x_[a-z0-9_]{1,30}$"}, "type": node{"enum": schema.TypeNames()}, "labels": textNode, "help": textNode,
			"required": of("boolean"), "targets": listOf(of("string")), "scale": of("integer"), "max_length": of("integer"), "search": of("string"), "default": node{}, "aliases": listOf(of("string")),
			"options": listOf(object([]string{"value", "label"}, node{"value": of("string"), "label": textNode, "color": of("string"), "inactive": of("boolean"), "kind": of("string"), "probability": of("integer")}))}
	}
	needed := []string{"name", "type", "labels"}
	all := properties()
	all["unique"], all["prefix"], all["gapless"], all["rows"] = of("boolean"), of("string"), of("boolean"), listOf(object(needed, properties()))
	return object(needed, all)
}

// objectNode describes an object that is made or changed at run time.
func objectNode(needed []string, more node) node {
	names := listOf(of("string"))
	all := node{"labels": textNode, "labels_plural": textNode, "icon": of("string"), "group": of("string"), "title_field": of("string"), "stage_field": of("string"),
		"list": names, "quick_filters": names, "highlights": names, "sections": listOf(object([]string{"labels", "fields"}, node{"labels": textNode, "fields": names}))}
	maps.Copy(all, more)
	return object(needed, all)
}

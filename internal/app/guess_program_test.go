package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// What files laid out as other programs lay them out are taken for.
func TestLayoutsOfOtherProgramsAreKnown(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for _, c := range []struct{ name, file, want string }{
		{"salesforce-task.csv", "Id,WhoId,Subject,ActivityDate,Status,Priority,OwnerId,Description\n00T5g00000AbCdEFAV,0035g00000XyZabAAC,Send papers,2031-03-01,Not Started,Normal,0055g000001AbcdAAC,By post\n",
			"task Id=external_ids WhoId=- Subject=subject ActivityDate=due_at Status=done Priority=priority OwnerId=- Description=note"},
		{"hubspot-calls.csv", "Call Title,Activity date,Call duration,Call outcome,Call notes,Activity assigned to,Associated Company,Associated Contact\nIntro,2031-03-01 10:00,60,Connected,Went well,Ann Low,Acme,Bob High\n",
			"activity Call_Title=subject Activity_date=at Call_duration=- Call_outcome=result Call_notes=result Activity_assigned_to=owner Associated_Company=customer Associated_Contact=contact"},
		{"pipedrive-done.csv", "Subject,Type,Done,Due date,Duration,Assigned to user,Deal,Organization,Contact person,Note\nLunch with Bob,Lunch,Done,2031-03-01,01:00,Ann,Big deal,Acme,Bob High,Nice\nCall Eve,Call,Done,2031-03-02,,Ann,Small deal,Bit,Eve Low,\n",
			"activity Subject=subject Type=kind Done=- Due_date=at Duration=- Assigned_to_user=owner Deal=opportunity Organization=customer Contact_person=contact Note=result"},
		{"拜訪記錄.csv", "拜訪日期,客戶名稱,拜訪對象,拜訪方式,拜訪內容,下次拜訪日期,業務員\n113/5/2,大同公司,王經理,實地拜訪,介紹新品,113/6/1,林小明\n113/5/3,三商行,陳小姐,電訪,詢價,,林小明\n",
			"activity 拜訪日期=at 客戶名稱=customer 拜訪對象=contact 拜訪方式=kind 拜訪內容=result 下次拜訪日期=next_at 業務員=owner"},
		{"跟进.csv", "跟进时间,客户名称,跟进方式,跟进内容,联系人,下次跟进时间,跟进人\n2031-05-02 10:00,甲公司,电话,沟通需求,张三,2031-05-10,李四\n",
			"activity 跟进时间=at 客户名称=customer 跟进方式=kind 跟进内容=result 联系人=contact 下次跟进时间=next_at 跟进人=owner"},
		{"待辦.csv", "任務,到期日,優先級,狀態,負責人,客戶\n寄樣品,2031-05-02,高,未完成,林小明,大同公司\n",
			"task 任務=subject 到期日=due_at 優先級=priority 狀態=done 負責人=owner 客戶=customer"},
		{"sales team.csv", "Sales Agent,Manager,Regional Office\nAnn Low,Eve Boss,North\nBob High,Eve Boss,South\n",
			"user Sales_Agent=name Manager=supervisor Regional_Office=department"},
		{"users.csv", "User Id,First Name,Last Name,Email\nu1,Ann,Low,ann@corp.example\nu2,Bob,High,bob@corp.example\n",
			"user User_Id=login First_Name=name Last_Name=name Email=mails"},
		{"members.csv", "User Id,First Name,Last Name,Email\nu1,Ann,Low,ann@corp.example\nu2,Bob,High,bob@corp.example\n",
			"contact User_Id=external_ids First_Name=given_name Last_Name=family_name Email=mails"},
		{"deals.csv", "Potential Name,Account Name,Closing Date,Amount,Stage,Type,Lead Source\nWidgets,Acme,2031-04-16,\"$22,700.00\",Needs Analysis,Existing Business,Trade Show\n",
			"opportunity Potential_Name=name Account_Name=customer Closing_Date=expected_close Amount=amount Stage=stage Type=kind Lead_Source=source"},
		{"accounts.csv", "Account Name,Account Type,Year Established,Subsidiary_of\nAcme,Prospect,1996,\nBit,Customer - Direct,2001,Acme\n",
			"customer Account_Name=name Account_Type=relation Year_Established=founded Subsidiary_of=parent"},
		{"people.csv", "First Name,Middle Name,Last Name,Reports To,Home Phone,Address,Address 2\nAda,M,Low,Bob High,,1 Long Road,Flat 2\n",
			"contact First_Name=given_name Middle_Name=given_name Last_Name=family_name Reports_To=reports_to Home_Phone=phones Address=address Address_2=address.street"},
		{"上市.csv", "公司名稱,董事長,發言人,發言人職稱,服務電話\n甲公司,王一,李二,副總經理,02-23456789\n",
			"customer 公司名稱=name 董事長=representative 發言人=contact.name 發言人職稱=contact.title 服務電話=phones"},
		{"sf-accounts.csv", "Id,Name,Type,AccountNumber,BillingStreet,BillingCity,OwnerId,AccountSource,Rating\n0015g00000XyZabAAC,Acme,Customer - Direct,CD1,1 Road,Rome,0055g000001AbcdAAC,Web,Hot\n0015g00000XyZacAAC,Bit,Prospect,CD2,2 Road,Rome,0055g000001AbcdAAC,Other,Warm\n",
			"customer Id=external_ids Name=name Type=relation AccountNumber=number BillingStreet=billing_address.street BillingCity=billing_address.city OwnerId=- AccountSource=source Rating=level"},
		{"zoho-leads.csv", "Lead Id,Lead Owner Id,Lead Owner,Company,First Name,Last Name,Designation,Secondary Email,Lead Source,Tag\nz_1,z_9,Joe,Acme,Ann,Low,CEO,a@x.example,Cold Call,hot\n",
			"contact Lead_Id=external_ids Lead_Owner_Id=- Lead_Owner=owner Company=customer First_Name=given_name Last_Name=family_name Designation=title Secondary_Email=mails Lead_Source=source Tag=tags"},
		{"apollo.csv", "First Name,Last Name,Title,Company,Email,Account Owner,Corporate Phone,Keywords\nAnn,Low,CEO,Acme,a@x.example,joe@corp.example,+1 555-123-4567,crm\n",
			"contact First_Name=given_name Last_Name=family_name Title=title Company=customer Email=mails Account_Owner=- Corporate_Phone=phones Keywords=tags"},
		{"odoo.csv", "External ID,Name,Company Type,parent_id,Street,Street2,State,user_id\np1,Acme,Company,,1 Road,Yard,RM,Ann Rep\np2,Bob High,Individual,Acme Inc,,,,Ann Rep\n",
			"customer External_ID=external_ids Name=name Company_Type=kind parent_id=parent Street=address.street Street2=address.street State=address.region user_id=owner"},
		{"outlook.csv", "名,中间名,姓,单位,商务地址 街道,商务地址 市/县,商务地址 省/市/自治区,商务传真,住宅电话,生日,类别,经理姓名,附注\n三,,张,甲公司,张江路1号,上海市,上海,,,0/0/00,VIP,李四,x\n",
			"contact 名=given_name 中间名=given_name 姓=family_name 单位=customer 商务地址_街道=address.street 商务地址_市/县=address.city 商务地址_省/市/自治区=address.region 商务传真=phones 住宅电话=phones 生日=birthday 类别=tags 经理姓名=reports_to 附注=note"},
		{"kontakte.csv", "Vorname,Nachname,Firma,Ort geschäftlich,Land/Region geschäftlich,Fax geschäftlich,Telefon Firma,Name des/der Vorgesetzten\nAda,Low,Acme,Berlin,Deutschland,,030 123456,Bob\n",
			"contact Vorname=given_name Nachname=family_name Firma=customer Ort_geschäftlich=address.city Land/Region_geschäftlich=address.country Fax_geschäftlich=phones Telefon_Firma=phones Name_des/der_Vorgesetzten=reports_to"},
		{"registry.csv", "營業地址,統一編號,營業人名稱,資本額,設立日期,行業代號,名稱\n臺北市延平路1號,04595257,甲股份有限公司,5000000,0960101,461001,商品批發\n",
			"customer 營業地址=address 統一編號=tax_number 營業人名稱=name 資本額=capital 設立日期=founded 行業代號=- 名稱=-"},
		{"企业.csv", "企业名称,登记状态,法定代表人,注册资本,所属省份,所属城市,所属区县,更多电话,参保人数,国标行业门类,企业地址,经营范围\n甲公司,存续,张三,1000万元人民币,上海市,上海市,浦东新区,13800138000；13900139000,120,制造业,张江路1号,软件\n",
			"customer 企业名称=name 登记状态=- 法定代表人=representative 注册资本=capital 所属省份=address.region 所属城市=address.city 所属区县=address.district 更多电话=phones 参保人数=employees 国标行业门类=industry 企业地址=address 经营范围=note"},
		{"客户.csv", "客户名称*,客户级别,成交状态,下次联系时间,省/市/区,详细地址,负责人\n甲公司,A（重点客户）,未成交,2031-05-01 10:00:00,\"上海市,上海市,浦东新区\",张江路1号,李四\n",
			"customer 客户名称=name 客户级别=level 成交状态=status 下次联系时间=next_contact_at 省/市/区=address 详细地址=address.street 负责人=owner"},
		{"表單.csv", "時間戳記,貴公司名稱,您的姓名,聯絡電話,您從何處得知我們?,其他需求\n2031/1/2 上午 10:00:00,大同公司,王小明,0912345678,Facebook,報價\n",
			"contact 時間戳記=created_at 貴公司名稱=customer 您的姓名=name 聯絡電話=phones 您從何處得知我們?=source 其他需求=note"},
		{"erp.csv", "客戶代號,客戶簡稱,客戶全名,聯絡人員,電話一,電話二,業務員姓名,付款條件名稱,地區別\nC1,大同,大同公司,李二,02-23456789,,林小明,月結,北區\n",
			"customer 客戶代號=external_ids 客戶簡稱=short_name 客戶全名=name 聯絡人員=contact.name 電話一=phones 電話二=phones 業務員姓名=owner 付款條件名稱=payment_terms 地區別=region"},
	} {
		status, job := admin.upload("auto", c.name, []byte(c.file))
		if got := fmt.Sprint(job["object"]) + " " + fieldsOf(job); status != 201 || got != c.want {
			t.Errorf("%s went\n%s, not\n%s", c.name, got, c.want)
		}
	}
}

// Words of other programs for the choices of our pick-lists are not asked about.
func TestWordsForChoicesAreUnderstood(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for _, c := range []struct{ object, header, name, field, words string }{
		{"customer", "Company Type", "Company", "kind", "Individual=person Business=company 企業=company 個人客戶=person Privatperson=person"},
		{"customer", "Account Type", "Company", "relation", "Prospect=prospect Vendor=supplier 經銷商=reseller 竞争对手=competitor Lieferant=supplier Kunde=customer"},
		{"customer", "Rating", "Company", "level", "Hot=A Warm=B Cold=C 重點客戶=A b级=B"},
		{"customer", "客戶狀態", "Company", "status", "已成交=active 洽談中=potential 流失客户=lost 休眠=dormant ehemalig=lost"},
		{"contact", "Gender", "Name", "gender", "M=male F=female 先生=male 女士=female Herr=male weiblich=female nonbinary=other"},
		{"opportunity", "Stage", "Name", "stage", "Prospecting=new Qualification=qualified Needs_Analysis=qualified Proposal/Price_Quote=proposal Negotiation/Review=negotiation Closed_Won=won Closed_Lost=lost 已成交=won 洽談中=negotiation 流失=lost 赢单=won Angebot=proposal verloren=lost"},
		{"opportunity", "Lead Source", "Name", "source", "Trade_Show=exhibition Employee_Referral=referral Web_Download=web Facebook=social 老客户介绍=referral Messe=exhibition Partner=partner"},
	} {
		lines, want := c.name+","+c.header+"\n", map[string]string{}
		for i, pair := range strings.Fields(c.words) {
			word, choice, _ := strings.Cut(pair, "=")
			name := fmt.Sprintf("%s %d Inc", c.header, i)
			if c.object == "contact" {
				name = "Person " + string(rune('A'+i))
			}
			lines += name + "," + strings.ReplaceAll(word, "_", " ") + "\n"
			want[name] = choice
		}
		status, job := admin.upload(c.object, "words.csv", []byte(lines))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		for _, one := range list(job["columns"]) {
			if column, _ := one.(map[string]any); len(list(column["unknown_values"])) > 0 {
				t.Errorf("%s: asked about %v", c.header, column["unknown_values"])
			}
		}
		admin.finished(fmt.Sprint(job["id"]), "run", "done")
		plural := map[string]string{"customer": "customers", "contact": "contacts", "opportunity": "opportunities"}[c.object]
		for _, one := range list(admin.must(200, "GET", plural+"?limit=100", nil)["records"]) {
			record, _ := one.(map[string]any)
			if choice, mine := want[fmt.Sprint(record["name"])]; mine && c.field != "" && record[c.field] != nil && fmt.Sprint(record[c.field]) != choice {
				t.Errorf("%s: %v became %v, not %s", c.header, record["name"], record[c.field], choice)
			}
		}
	}
}

// A list of sales people that says nothing of how they sign in comes in all the
// same, and not twice; a manager who is not on it is told and keeps nobody out.
func TestStaffWithoutLoginsComesInOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		const file = "Sales Agent,Manager,Regional Office\nAnn Low,Eve Boss,North\nBob High,Ann Low,South\n"
		for _, want := range []string{"2 0 0 0", "0 0 2 0"} {
			_, job := admin.upload("auto", "team.csv", []byte(file))
			if done := admin.finished(fmt.Sprint(job["id"]), "run", "done"); totals(done) != want {
				t.Errorf("the totals are %s, not %s: %v", totals(done), want, done["problems"])
			}
		}
		one, _ := list(admin.must(200, "GET", "users?filter=login+=+%22bob.high%22", nil)["records"])[0].(map[string]any)
		if boss, _ := one["supervisor"].(map[string]any); fmt.Sprint(boss["label"]) != "Ann Low" {
			t.Errorf("the user: %v", one)
		}
	})
}

// A program that counts chances in parts of one means parts of a hundred here.
func TestChanceInPartsOfOneBecomesPercent(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for _, c := range []struct{ file, want string }{
		{"Deal Name,Deal probability\nOne,0.2\nTwo,1\nThree,0.125\n", "One=20 Three=13 Two=100"},
		{"Deal Name,Deal probability\nFour,20\nFive,1\n", "Five=1 Four=20"},
	} {
		_, job := admin.upload("opportunity", "deals.csv", []byte(c.file))
		admin.finished(fmt.Sprint(job["id"]), "run", "done")
		got := map[string]string{}
		for _, one := range list(admin.must(200, "GET", "opportunities?limit=100", nil)["records"]) {
			record, _ := one.(map[string]any)
			got[fmt.Sprint(record["name"])] = fmt.Sprint(record["probability"])
		}
		for _, pair := range strings.Fields(c.want) {
			if name, want, _ := strings.Cut(pair, "="); got[name] != want {
				t.Errorf("%s has a chance of %s, not %s", name, got[name], want)
			}
		}
	}
}

// A file that only updates makes nothing: rows of which there is no record are told
// one by one. It is what a file that is called an update does by itself.
func TestUpdateOnlyMakesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.imported("contact", "Id,Name,Email\n7,Ann Low,ann@x.example\n6,Cid Low,cid@x.example\n", nil)
		update := "Id,Name,Email\n7,Ann Low,low@x.example\n6,Cid Low,cid@x.example\n8,Bob High,bob@x.example\n"
		for _, c := range []struct {
			name string
			rule any
			want string
		}{
			{"f.csv", "update_only", "0 2 0 1"}, {"f-update.csv", nil, "0 2 0 1"}, {"f更新.csv", nil, "0 2 0 1"},
		} {
			_, job := admin.upload("contact", c.name, []byte(update))
			id := fmt.Sprint(job["id"])
			if c.rule != nil {
				admin.must(200, "PATCH", "imports/"+id, map[string]any{"duplicates": map[string]any{"rule": c.rule}})
			} else if told := fmt.Sprint(job["warnings"]); !strings.Contains(told, "file_update_only") {
				t.Errorf("%s: nobody is told that it only updates: %s", c.name, told)
			}
			if checked := admin.finished(id, "check", "checked"); totals(checked) != c.want {
				t.Errorf("%s: the dry run: %s, not %s; %v", c.name, totals(checked), c.want, checked["problems"])
			}
			done := admin.finished(id, "run", "done")
			if told := fmt.Sprint(done["problems"]); totals(done) != c.want || !strings.Contains(told, "8") || !strings.Contains(told, "nothing_to_update") {
				t.Errorf("%s: the run: %s, not %s; %v", c.name, totals(done), c.want, told)
			}
		}
		if got := admin.names("contacts?sort=name"); got != "Ann Low Cid Low" {
			t.Errorf("there are %q", got)
		}
		_, job := admin.upload("contact", "f.csv", []byte(update))
		admin.must(422, "PATCH", "imports/"+fmt.Sprint(job["id"]), map[string]any{"duplicates": map[string]any{"rule": "whatever"}})
	})
}

// A row without a name is refused where the other rows have one, whatever number
// another program gave it.
func TestRowWithoutANameIsRefusedWhereOthersHaveOne(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	_, done := admin.imported("customer", "Id,Name,Website\n1,Acme,acme.example\n2,,bit.example\n", nil)
	if totals(done) != "1 0 0 1" || !strings.Contains(fmt.Sprint(done["problems"]), "required") {
		t.Errorf("made, updated, skipped, refused: %s; %v", totals(done), done["problems"])
	}
}

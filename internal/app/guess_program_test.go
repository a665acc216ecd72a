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
		{"customer", "客戶狀態", "Company", "status", "已成交=active 洽談中=potential 流失客户=lost 休眠=dormant 存续=active ehemalig=lost"},
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

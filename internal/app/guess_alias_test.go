package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestColumnIsKnownByTheAliasesOfItsField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "text", "labels": "樓層", "aliases": []string{" Etage ", "floor no"}})
		admin.must(200, "PATCH", "objects/customer/fields/industry", map[string]any{"aliases": []string{"Gewerk"}})
		mapped := func(header string) string {
			status, job := admin.upload("customer", "file.csv", []byte("Company,"+header+"\nAcme,7\nBeta,8\n"))
			if status != 201 {
				t.Fatalf("upload answered %d %v", status, job)
			}
			_, field, _ := strings.Cut(fieldsOf(job), " ")
			return field
		}
		for header, want := range map[string]string{
			"Etage": "x_floor", "Floor No. (Nr.)": "x_floor", "Gewerk": "industry", "產業別": "industry", "Customer Industry": "industry",
			"billing postcode": "billing_address.zip", "Ship To City": "shipping_address.city", "公司電話": "phones", "Kundenname 2": "-",
		} {
			if got := mapped(header); !strings.HasSuffix(got, "="+want) {
				t.Errorf("%q went to %q, not %s", header, got, want)
			}
		}
		aliases := func(who *person, field string) []string {
			for _, one := range list(who.must(200, "GET", "objects/customer", nil)["fields"]) {
				f, _ := one.(map[string]any)
				if f["name"] == field {
					var names []string
					for _, a := range list(f["aliases"]) {
						names = append(names, fmt.Sprint(a))
					}
					return names
				}
			}
			return nil
		}
		if got := aliases(admin, "x_floor"); !slices.Equal(got, []string{"Etage", "floor no"}) {
			t.Errorf("aliases came back as %v", got)
		}
		if got := aliases(admin, "industry"); !slices.Contains(got, "Gewerk") || !slices.Contains(got, "產業別") {
			t.Errorf("aliases of a declared field are %v", got)
		}
		if got := aliases(people["seller"], "industry"); got != nil {
			t.Errorf("who cannot change them is told %v", got)
		}
		admin.must(200, "PATCH", "objects/customer/fields/x_floor", map[string]any{"aliases": []string{}})
		if got := mapped("Etage"); !strings.HasSuffix(got, "=-") {
			t.Errorf("an alias that was taken away still means %q", got)
		}
		admin.must(422, "PATCH", "objects/customer/fields/x_floor", map[string]any{"aliases": []string{""}})
		admin.must(422, "PATCH", "objects/customer/fields/x_floor", map[string]any{"aliases": []string{strings.Repeat("長", 101)}})
	})
}

func TestHeadersOfOtherProgramsAreUnderstood(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for _, c := range []struct{ object, file, want string }{
		{"contact", "名字,姓氏,主要电子邮件,移动电话号码\n小明,王,a@example.com,13800138000\n", "contact 名字=given_name 姓氏=family_name 主要电子邮件=mails 移动电话号码=phones"},
		{"contact", "名字,电子邮件\n王小明,a@example.com\n", "contact 名字=name 电子邮件=mails"},
		{"auto", "kun_firma,kun_telefon,kun_plz,kun_ort\nAcme,030-123456,10115,Berlin\n", "customer kun_firma=name kun_telefon=phones kun_plz=address.zip kun_ort=address.city"},
		{"auto", "Vorname,Nachname,Strasse,Hausnr,PLZ,Ort\nAda,Low,Weg,7,10115,Berlin\n", "contact Vorname=given_name Nachname=family_name Strasse=address.street Hausnr=address.street PLZ=address.zip Ort=address.city"},
		{"auto", "title,description,due_date,priority,status\nCall,soon,2026-12-01,high,open\n", "task title=subject description=note due_date=due_at priority=priority status=done"},
		{"auto", "IdCliente,NombreCliente,Ciudad\nALFKI1,Alfreds,Berlin\nANATR2,Ana,Lima\n", "customer IdCliente=external_ids NombreCliente=name Ciudad=address.city"},
		{"contact", "donor_number,first_name,last_name\n653-7,Ann,Low\n390-8,Bob,High\n", "contact donor_number=external_ids first_name=given_name last_name=family_name"},
		{"customer", "Company,ORACLE_ID__c,Industry__c\nAcme,1-220-3344,Steel\nBit,1-220-3355,Wood\n", "customer Company=name ORACLE_ID__c=- Industry__c=industry"},
		{"auto", "客户编号,客户名称,联系人,联系电话,地址\nK01,甲公司,张三,13800138000,上海市张江路1号\n", "customer 客户编号=external_ids 客户名称=name 联系人=contact.name 联系电话=phones 地址=address"},
		{"auto", "會員號,會員姓名*必填,行動電話號碼*請先輸入單引號\nM1,王小明,0912345678\nM2,陳大華,0912345679\n", "contact 會員號=external_ids 會員姓名*必填=name 行動電話號碼*請先輸入單引號=phones"},
		{"auto", "客户名称,客户联系人,座机电话,联系传真\n甲公司,张三,021-12345678,021-12345679\n", "customer 客户名称=name 客户联系人=contact.name 座机电话=phones 联系传真=phones"},
		{"auto", "客戶全名,聯絡人一,統一編號,負責人\n甲公司,王小明,12345678,李四\n", "customer 客戶全名=name 聯絡人一=contact.name 統一編號=tax_number 負責人=representative"},
		{"customer", "(Do Not Modify) Account,(Do Not Modify) Row Checksum,Account Name\n7c1b,xx,Acme\n7c1c,yy,Bit\n", "customer (Do_Not_Modify)_Account=external_ids (Do_Not_Modify)_Row_Checksum=- Account_Name=name"},
		{"auto", "Nom,Prénom,Société,Ville\nLow,Ada,Acme,Paris\n", "contact Nom=family_name Prénom=given_name Société=customer Ville=address.city"},
		{"auto", "Nombre,Apellidos,Empresa\nAda,Low,Acme\n", "contact Nombre=given_name Apellidos=family_name Empresa=customer"},
		{"auto", "标题,客户名称,预估金额,概率,状态\n采购,甲公司,500,50,成交\n", "opportunity 标题=name 客户名称=customer 预估金额=amount 概率=probability 状态=stage"},
		{"contact", "Person - Name,Person - Email - Work,Person - Person created\nAda Low,a@example.com,2024-01-02\n", "contact Person_-_Name=name Person_-_Email_-_Work=mails Person_-_Person_created=created_at"},
		{"auto", "会员编号,性别,年龄\nM1,男,30\nM2,女,40\n", "contact 会员编号=external_ids 性别=gender 年龄=-"},
		{"customer", "Company,Desk\nAcme,888-555-1212\n", "customer Company=name Desk=phones"},
		{"customer", "sales_agent,region\na a,x\na b,x\na c,x\na d,x\na e,x\na f,x\na g,x\na h,x\na i,x\na j,x\n", "customer sales_agent=name region=region"},
		{"opportunity", "Name,Category,Amount\nDeal,A,5\nOther,B,6\n", "opportunity Name=name Category=tags Amount=amount"},
	} {
		status, job := admin.upload(c.object, "file.csv", []byte(c.file))
		if got := fmt.Sprint(job["object"]) + " " + fieldsOf(job); status != 201 || got != c.want {
			t.Errorf("went\n%s, not\n%s", got, c.want)
		}
	}
}

package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// What real files of other programs are taken for, column by column, where a
// guess is easily wrong; "-": the column fits no field.
func TestRealFilesAreMapped(t *testing.T) {
	folder, err := filepath.Abs("../../../shared/data")
	if err == nil {
		_, err = os.Stat(folder)
	}
	if err != nil {
		t.Skipf("skipped: the folder of real files is absent: %v", err)
	}
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for file, want := range map[string]string{
		"cjk/cn-company-list.xlsx":                         "customer 证券中文简称=name 证券代码=-",
		"cjk/taiwan-scenic-spots-big5-newlines.csv":        "customer 景點中文名稱=name 地址=address 景點服務電話=phones",
		"cjk/twse-company_data-stray-quote-header.csv":     "customer 公司名稱=name 產業別=industry 住址=address 營利事業統一編號=tax_number 總機電話=phones 英文簡稱=english_name 傳真機號碼=phones 電子郵件信箱=mails 網址=website 董事長=representative 實收資本額=capital 成立日期=founded 總經理=-",
		"cjk/twse-t187ap03_L-utf8bom.csv.gz":               "customer 公司名稱=name 公司簡稱=short_name 董事長=representative 普通股每股面額=-",
		"import/atomic-crm-contacts.csv":                   "contact first_name=given_name last_name=family_name company_name=customer company=- sales=owner",
		"import/hubspot-contacts.csv":                      "contact First_Name=given_name Create_Date=created_at Last_Modified_Date=- Contact_Owner=owner Mobile_Phone_Number=phones",
		"import/maven-accounts.csv":                        "customer account=name sector=industry subsidiary_of=parent revenue=annual_revenue employees=employees",
		"import/maven-products.csv":                        "product product=name series=category sales_price=prices.price",
		"import/maven-sales_pipeline.csv.gz":               "opportunity sales_agent=owner account=customer deal_stage=stage close_date=expected_close close_value=amount",
		"import/mautic-fakeleaddata.csv":                   "contact title=salutation firstname=given_name lastname=family_name company=customer",
		"import/odoo-res.partner.csv":                      "customer Name=name Related_Company=parent Street=address.street State=address.region",
		"import/oro-contact_with_duplicate_records.csv":    "contact Name_prefix=salutation Job_Title=title Fax=phones Phones_1_Phone=phones Owner_Username=owner Accounts_1_Account_name=customer Organization_Name=-",
		"import/oro-lead_export_template.csv":              "contact Lead_name=- First_name=given_name Company_name=customer",
		"import/oro-leads.csv":                             "contact Title=salutation Occupation=title Longitude=- Latitude=- Birthday=birthday Company=customer",
		"import/roundcube-tb_plain.csv":                    "contact Display_Name=name Department=division Organization=customer Birth_Day=birthday.day Fax_Number=phones",
		"import/salesforce-opportunityData.csv":            "opportunity NEXTSTEP=next_step STAGENAME=stage CLOSEDATE=expected_close OWNERID=owner EXPECTEDREVENUE=-",
		"import/tine-crm-leads.csv":                        "opportunity lead_name=name Leadstate=stage turnover=amount CUSTOMER=customer RESPONSIBLE=owner",
		"import/tine-importtest_lxoffice2.csv":             "customer customernumber=external_ids name=name cp_givenname=contact.given_name cp_email=contact.mails",
		"import/x2crm-accounts.csv":                        "customer name=name assignedTo=owner createDate=created_at rating=level leadSource=source",
		"import/zoho-Accounts.csv":                         "customer Account_Name=name Account_Owner=owner Industry=industry",
		"import/zoho-Contacts.csv":                         "contact Last_Name=family_name Contact_Owner=owner Email=mails Mobile=phones Created_Time=created_at",
		"import/churchcrm-test_import-noheader.csv":        "contact B=name G=mails H=-",
		"import/gpc-google-shared-contacts-outlook.csv":    "contact Name=name Home_Fax=phones Company=customer Job_Title=title",
		"cjk/cn-customer-info-trailing-commas-utf8bom.csv": "contact 姓名=name 年龄=-",
		"import/linkedin-fixture-url-last.csv":             "contact Position=title Company=customer Connected_On=-",
		"import/tine-mapundefined.csv":                     "contact Telefonnummer=phones Vorname=given_name leer=-",
		"import/x2crm-opportunity.csv":                     "opportunity quoteAmount=amount salesStage=stage expectedCloseDate=expected_close",
	} {
		body, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		status, job := admin.upload("auto", filepath.Base(file), body)
		if status != 201 {
			t.Errorf("%s: upload answered %d %v", file, status, job)
			continue
		}
		got := map[string]string{}
		for _, one := range list(job["columns"]) {
			c, _ := one.(map[string]any)
			field := fmt.Sprint(c["field"])
			if field == "" {
				field = "-"
			}
			got[strings.ReplaceAll(fmt.Sprint(c["header"]), " ", "_")] = field
		}
		object, rest, _ := strings.Cut(want, " ")
		if job["object"] != object {
			t.Errorf("%s is taken for %v, not %s", file, job["object"], object)
		}
		for _, pair := range strings.Fields(rest) {
			header, field, _ := strings.Cut(pair, "=")
			if got[header] != field {
				t.Errorf("%s: %s goes to %q, not %q", file, header, got[header], field)
			}
		}
	}
}

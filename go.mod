module ecrm

go 1.26.0

require github.com/mozillazg/go-pinyin v0.21.0

require (
	github.com/6tail/lunar-go v1.4.6 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/pgx/v5 v5.12.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

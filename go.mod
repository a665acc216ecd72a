module ecrm

go 1.26

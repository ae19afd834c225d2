tar -xf BUNDLE.tar && cd BUNDLE
sha256sum --check --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt
diff <(find * -type f | sort) <((cut -c 67- *manifest-sha256.txt; echo tagmanifest-sha256.txt) | sort)
python3 -c 'import json; [print(f["sha256"], f["path"], sep="  ") for f in json.load(open("seal/manifest.json"))["files"]]' >../sealed.txt
sha256sum --check --strict --quiet ../sealed.txt
diff <(find data -type f | sort) <(cut -c 67- ../sealed.txt | grep '^data/' | sort)
python3 -c 'import json; key = json.load(open("seal/manifest.json"))["seals"][0]["key"]; [print(k["public_key_pem"], end="") for k in json.load(open("../trust.json"))["keys"] if k["id"] == key and not k.get("revoked")]' >../seal.pem
openssl pkeyutl -verify -pubin -inkey ../seal.pem -rawin -in seal/manifest.json -sigfile seal/manifest.sig
python3 -c 'import json; [print(a["certificate_pem"], end="") for a in json.load(open("../trust.json"))["timestamp_authorities"]]' >../tsa.pem
openssl ts -verify -data seal/manifest.json -in seal/manifest.tsr -CAfile ../tsa.pem

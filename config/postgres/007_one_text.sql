-- One normal form of text, the same as in clients/text.ts and TextForm.java: docs/text.md. The tables are those of
-- config/text/letters.json; a test compares them letter by letter.

-- Characters that are not seen, and marks on letters, as a bracket expression without its brackets.
create function text_dropped() returns text
language sql immutable parallel safe
return '\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00A8\u00AD\u00AF\u00B4\u00B8\u02B9-\u02BA\u02C8-\u02D1' ||
    '\u02D6\u02D8-\u02DD\u02EC-\u02ED\u0300-\u0305\u0307-\u036F\u0374-\u0375\u037A\u0384-\u0385\u0483-\u0489' ||
    '\u0591-\u05BD\u05BF\u05C1-\u05C2\u05C4-\u05C5\u05C7\u0600-\u0605\u0610-\u061A\u061C\u064B-\u065F\u0670' ||
    '\u06D6-\u06DD\u06DF-\u06E4\u06E7-\u06E8\u06EA-\u06ED\u070F\u0711\u0730-\u074A\u07A6-\u07B0\u07EB-\u07F3' ||
    '\u07FD\u0816-\u0819\u081B-\u0823\u0825-\u0827\u0829-\u082D\u0859-\u085B\u0890-\u0891\u0898-\u089F' ||
    '\u08CA-\u0903\u093A-\u093C\u093E-\u094F\u0951-\u0957\u0962-\u0963\u0981-\u0983\u09BC\u09BE-\u09C4' ||
    '\u09C7-\u09C8\u09CB-\u09CD\u09D7\u09E2-\u09E3\u09FE\u0A01-\u0A03\u0A3C\u0A3E-\u0A42\u0A47-\u0A48' ||
    '\u0A4B-\u0A4D\u0A51\u0A70-\u0A71\u0A75\u0A81-\u0A83\u0ABC\u0ABE-\u0AC5\u0AC7-\u0AC9\u0ACB-\u0ACD' ||
    '\u0AE2-\u0AE3\u0AFA-\u0AFF\u0B01-\u0B03\u0B3C\u0B3E-\u0B44\u0B47-\u0B48\u0B4B-\u0B4D\u0B55-\u0B57' ||
    '\u0B62-\u0B63\u0B82\u0BBE-\u0BC2\u0BC6-\u0BC8\u0BCA-\u0BCD\u0BD7\u0C00-\u0C04\u0C3C\u0C3E-\u0C44' ||
    '\u0C46-\u0C48\u0C4A-\u0C4D\u0C55-\u0C56\u0C62-\u0C63\u0C81-\u0C83\u0CBC\u0CBE-\u0CC4\u0CC6-\u0CC8' ||
    '\u0CCA-\u0CCD\u0CD5-\u0CD6\u0CE2-\u0CE3\u0D00-\u0D03\u0D3B-\u0D3C\u0D3E-\u0D44\u0D46-\u0D48\u0D4A-\u0D4D' ||
    '\u0D57\u0D62-\u0D63\u0D81-\u0D83\u0DCA\u0DCF-\u0DD4\u0DD6\u0DD8-\u0DDF\u0DF2-\u0DF3\u0E31\u0E34-\u0E3A' ||
    '\u0E47-\u0E4E\u0EB1\u0EB4-\u0EBC\u0EC8-\u0ECD\u0F18-\u0F19\u0F35\u0F37\u0F39\u0F3E-\u0F3F\u0F71-\u0F84' ||
    '\u0F86-\u0F87\u0F8D-\u0F97\u0F99-\u0FBC\u0FC6\u102B-\u103E\u1056-\u1059\u105E-\u1060\u1062-\u1064' ||
    '\u1067-\u106D\u1071-\u1074\u1082-\u108D\u108F\u109A-\u109D\u115F-\u1160\u135D-\u135F\u1712-\u1715' ||
    '\u1732-\u1734\u1752-\u1753\u1772-\u1773\u17B4-\u17D3\u17DD\u180B-\u180F\u1885-\u1886\u18A9\u1920-\u192B' ||
    '\u1930-\u193B\u1A17-\u1A1B\u1A55-\u1A5E\u1A60-\u1A7C\u1A7F\u1AB0-\u1B04\u1B34-\u1B44\u1B6B-\u1B73' ||
    '\u1B80-\u1B82\u1BA1-\u1BAD\u1BE6-\u1BF3\u1C24-\u1C37\u1CD0-\u1CD2\u1CD4-\u1CE8\u1CED\u1CF4\u1CF7-\u1CF9' ||
    '\u1DC0-\u1DFF\u1FBD\u1FBF-\u1FC1\u1FCD-\u1FCF\u1FDD-\u1FDF\u1FED-\u1FEE\u1FFD-\u1FFE\u200B-\u200F\u2017' ||
    '\u202A-\u202E\u203E\u2060-\u206F\u20D0-\u20FF\u2CEF-\u2CF1\u2D7F\u2DE0-\u2DFF\u302A-\u302F\u3099-\u309C' ||
    '\u3164\uA66F-\uA672\uA674-\uA67D\uA69E-\uA69F\uA6F0-\uA6F1\uA802\uA806\uA80B\uA823-\uA827\uA82C\uA880-\uA881' ||
    '\uA8B4-\uA8C5\uA8E0-\uA8F1\uA8FF\uA926-\uA92D\uA947-\uA953\uA980-\uA983\uA9B3-\uA9C0\uA9E5\uAA29-\uAA36' ||
    '\uAA43\uAA4C-\uAA4D\uAA7B-\uAA7D\uAAB0\uAAB2-\uAAB4\uAAB7-\uAAB8\uAABE-\uAABF\uAAC1\uAAEB-\uAAEF' ||
    '\uAAF5-\uAAF6\uABE3-\uABEA\uABEC-\uABED\uFB1E\uFC5E-\uFC63\uFE00-\uFE0F\uFE20-\uFE2F\uFE49-\uFE4C\uFE70' ||
    '\uFE72\uFE74\uFE76\uFE78\uFE7A\uFE7C\uFE7E\uFEFF\uFFA0\uFFE3\uFFF0-\uFFFB\U000101FD\U000102E0' ||
    '\U00010376-\U0001037A\U00010A01-\U00010A03\U00010A05-\U00010A06\U00010A0C-\U00010A0F\U00010A38-\U00010A3A' ||
    '\U00010A3F\U00010AE5-\U00010AE6\U00010D24-\U00010D27\U00010EAB-\U00010EAC\U00010F46-\U00010F50' ||
    '\U00010F82-\U00010F85\U00011000-\U00011002\U00011038-\U00011046\U00011070\U00011073-\U00011074' ||
    '\U0001107F-\U00011082\U000110B0-\U000110BA\U000110BD\U000110C2\U000110CD\U00011100-\U00011102' ||
    '\U00011127-\U00011134\U00011145-\U00011146\U00011173\U00011180-\U00011182\U000111B3-\U000111C0' ||
    '\U000111C9-\U000111CC\U000111CE-\U000111CF\U0001122C-\U00011237\U0001123E\U000112DF-\U000112EA' ||
    '\U00011300-\U00011303\U0001133B-\U0001133C\U0001133E-\U00011344\U00011347-\U00011348\U0001134B-\U0001134D' ||
    '\U00011357\U00011362-\U00011363\U00011366-\U0001136C\U00011370-\U00011374\U00011435-\U00011446\U0001145E' ||
    '\U000114B0-\U000114C3\U000115AF-\U000115B5\U000115B8-\U000115C0\U000115DC-\U000115DD\U00011630-\U00011640' ||
    '\U000116AB-\U000116B7\U0001171D-\U0001172B\U0001182C-\U0001183A\U00011930-\U00011935\U00011937-\U00011938' ||
    '\U0001193B-\U0001193E\U00011940\U00011942-\U00011943\U000119D1-\U000119D7\U000119DA-\U000119E0\U000119E4' ||
    '\U00011A01-\U00011A0A\U00011A33-\U00011A39\U00011A3B-\U00011A3E\U00011A47\U00011A51-\U00011A5B' ||
    '\U00011A8A-\U00011A99\U00011C2F-\U00011C36\U00011C38-\U00011C3F\U00011C92-\U00011CA7\U00011CA9-\U00011CB6' ||
    '\U00011D31-\U00011D36\U00011D3A\U00011D3C-\U00011D3D\U00011D3F-\U00011D45\U00011D47\U00011D8A-\U00011D8E' ||
    '\U00011D90-\U00011D91\U00011D93-\U00011D97\U00011EF3-\U00011EF6\U00013430-\U00013438\U00016AF0-\U00016AF4' ||
    '\U00016B30-\U00016B36\U00016F4F\U00016F51-\U00016F87\U00016F8F-\U00016F92\U00016FE4\U00016FF0-\U00016FF1' ||
    '\U0001BC9D-\U0001BC9E\U0001BCA0-\U0001BCA3\U0001CF00-\U0001CF2D\U0001CF30-\U0001CF46\U0001D165-\U0001D169' ||
    '\U0001D16D-\U0001D182\U0001D185-\U0001D18B\U0001D1AA-\U0001D1AD\U0001D242-\U0001D244\U0001DA00-\U0001DA36' ||
    '\U0001DA3B-\U0001DA6C\U0001DA75\U0001DA84\U0001DA9B-\U0001DA9F\U0001DAA1-\U0001DAAF\U0001E000-\U0001E006' ||
    '\U0001E008-\U0001E018\U0001E01B-\U0001E021\U0001E023-\U0001E024\U0001E026-\U0001E02A\U0001E130-\U0001E136' ||
    '\U0001E2AE\U0001E2EC-\U0001E2EF\U0001E8D0-\U0001E8D6\U0001E944-\U0001E94A\U000E0000-\U000E0FFF';

-- A text as it is meant, whatever it is written with: compatibility forms resolved, lower case, without invisible
-- characters and marks (й stays, ё is е), letters of other alphabets for what they look like, one kind of hyphen,
-- apostrophe, quotation mark and blank. plpgsql for the reason given in 002.
create function text_form(value text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
  dropped constant text := '[' || text_dropped() || ']';
  sign_from constant text :=
    E'\u02D7\u058A\u05BE\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2796\u2CBA\u2CBB' ||
    E'\u2E17\u2E1A\u2E3A\u2E3B\u2E40\u2E5D\u301C\u3030\u30A0\uFE31\uFE32\uFE58\uFE63\uFF0D\U00010EAD\u0009' ||
    E'\u000A\u000B\u000C\u000D\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008' ||
    E'\u2009\u200A\u2028\u2029\u202F\u205F\u2116\u2117\u2120\u2121\u2122\u213B\u2800\u3000\u0060\u02BB' ||
    E'\u02BC\u02BD\u02BE\u02BF\u055A\u2018\u2019\u201B\u2032\u2035\uA78C\u00AB\u00BB\u201C\u201D\u201E' ||
    E'\u201F\u2033\u2036\u301D\u301E\u301F';
  sign_to constant text :=
    '-------------------------------                               ''''''''''''''''''''''''''"""""""""""';
  letter_from constant text :=
    'ɑαᴀᶏⱥꓮꭺ🅐🅰🇦ƀƃɓʙβѣᏼᲇᵬᶀꓐꞗ🅑🅱🇧ƈȼɕᴄⲥꓚꞔꮯ𐐽𝼝🅒🅲🇨ðđƌȡɖɗԁᴅᴆᵭᶁᶑꓒꓓꟈꭰꮷ🅓🅳🇩ɇɛҽҿᴇᶒⱸⲉꓰꞓꬲꬴꭼꮛ𐐩🅔🅴🇪ƒϝքᵮᶂẝꓝꜰꞙꬵ🅕🅵🇫ƍǥɠɡɢԍցᏻᶃꓖꞡ' ||
    'ꮐ🅖🅶🇬ħɦʜηћһհᏺⱨⲏꓧꚕꞕꮋꮒ🅗🅷🇭ıɨɩɪιᵻᵼᶖꙇꭵ𝼚🅘🅸🇮ȷɉʝϳյᴊꓙꭻ🅙🅹🇯ĸƙκᴋᶄⱪⲕꓗꝁꝃꝅꞣꮶ🅚🅺🇰łƚǀȴɫɬɭʟӏᶅⱡⲓⳑꓡꓲꝉꞎꬷꬸꬹꮮ𐑃𝼑𝼓🅛🅻🇱ɱμϻᴍᵯᶆⲙꓟꬺꭑ' ||
    '🅜🅼🇲ƞȵɲɳɴνոռᵰᶇⲛꓠꞑꞥꬻ🅝🅽🇳øɵʃθοςσϛѳөօᴏᴑⱺⲟꓳꝋꝍꬽꬾꭴꮎꮻ𐐬𐓪𝼛🅞🅾🇴ƥρᴘᵱᵽᶈⲣꓑꝑꝓꝕꮲ🅟🅿🇵ɋʠԛգզꝗꝙꞯ🅠🆀🇶ɍɼɽɾʀᵲᵳᶉⲅꓣꞧꭇꭈꭉꭱꮢ𐓜𝼖🅡🆁🇷ƽȿʂ' ||
    'տᵴᶊꓢꜱꞩꟊꮥꮪ𐑈𝼞🅢🆂🇸ŧƫƭȶʈτᴛᵵⱦⲧꓔꭲꮏ𝼉🅣🆃🇹ʉսᴜᵾᶙꓴꞟꞹꭎꭒꮜ𐓶🅤🆄🇺ʋѵᴠᶌⱱⱴꓦꝟꮩ🅥🆅🇻ѡѽԝաᴡⱳꓪꝡꮃꮤ🅦🆆🇼χᶍⲭꓫꭓꭕꭖꭗꭘꭙ🅧🆇🇽ƴɏɣʏυỿⲩꓬꭚꭹꮍ🅨🆈🇾ƶȥ' ||
    'ɀʐʑζᴢᵶᶎⱬꓜꮓ🅩🆉🇿ᲀγґғҕӷӻᴦꮁᲁεєԑҗɜҙᴈͷҋᴎ𐑍қҝҟӄʌλӆԓԡԯᴧᴫⲗꓥ𐓘𐓛ʍӎꮇңӈӊԣԩᲂπҧԥᴨⲡҏҫᲃҭᲄᲅꚋүұɸφփⲫҳӽӿҷҹɯⲽᲆꙑƅҍꮟᴙ';
  letter_to constant text :=
    'aaaaaaaaaabbbbbbbbbbbbbbbcccccccccccccddddddddddddddddddddeeeeeeeeeeeeeeeeeefffffffffffffggggggggggg' ||
    'gggghhhhhhhhhhhhhhhhhhiiiiiiiiiiiiiijjjjjjjjjjjkkkkkkkkkkkkkkkklllllllllllllllllllllllllllmmmmmmmmmm' ||
    'mmmnnnnnnnnnnnnnnnnnnooooooooooooooooooooooooooooopppppppppppppppqqqqqqqqqqqrrrrrrrrrrrrrrrrrrrrrsss' ||
    'sssssssssssssstttttttttttttttttuuuuuuuuuuuuuuuvvvvvvvvvvvvwwwwwwwwwwwwwxxxxxxxxxxxxxyyyyyyyyyyyyyyzz' ||
    'zzzzzzzzzzzzzвггггггггдееежзззииииккккллллллллллллмммнннннопппппрссттттууффффхххччшшъыььья';
  form text;
begin
  -- what nearly every text is
  if value !~ '[^\n -~А-яЁё]' then
    form := translate(lower(value collate "pg_c_utf8"), 'ё`', 'е''');
  else
    form := normalize(translate(regexp_replace(value, dropped, '', 'g'), sign_from, sign_to), nfkd);
    -- й is a letter of its own, and not и with a mark
    form := normalize(regexp_replace(form, dropped || '|(?<![иИ])\u0306', '', 'g'), nfc);
    if form ~ '[γηνυ]' then
      form := regexp_replace(form, '(?<=[A-Za-zА-я])γ|γ(?=[A-Za-zА-я])', 'y', 'g');
      form := regexp_replace(form, '(?<=[A-Za-zА-я])η|η(?=[A-Za-zА-я])', 'n', 'g');
      form := regexp_replace(form, '(?<=[A-Za-zА-я])ν|ν(?=[A-Za-zА-я])', 'v', 'g');
      form := regexp_replace(form, '(?<=[A-Za-zА-я])υ|υ(?=[A-Za-zА-я])', 'u', 'g');
    end if;
    form := lower(form collate "pg_c_utf8");
    -- only where there is such a letter: translate looks through all of them for each letter of the text
    if form ~ '[^\n -_a-~а-я]' then
      form := translate(form, sign_from || letter_from, sign_to || letter_to);
      form := replace(form, 'ꜳ', 'aa');
      form := replace(form, 'æ', 'ae');
      form := replace(form, 'ꜵ', 'ao');
      form := replace(form, 'ꜷ', 'au');
      form := replace(form, 'ꜹ', 'av');
      form := replace(form, 'ꜻ', 'av');
      form := replace(form, 'ꜽ', 'ay');
      form := replace(form, 'ʣ', 'dz');
      form := replace(form, 'ǁ', 'll');
      form := replace(form, 'ʪ', 'ls');
      form := replace(form, 'ʫ', 'lz');
      form := replace(form, 'œ', 'oe');
      form := replace(form, 'ꝏ', 'oo');
      form := replace(form, 'ß', 'ss');
      form := replace(form, 'ꞵ', 'ss');
      form := replace(form, 'ꝷ', 'tf');
      form := replace(form, 'ʦ', 'ts');
      form := replace(form, 'ᵫ', 'ue');
      form := replace(form, 'ꭣ', 'uo');
    else
      form := translate(form, '`', '''');
    end if;
  end if;
  return trim(regexp_replace(form, '[\t-\r ]+', ' ', 'g'));
end
$$;

-- A text as it is compared: what looks the same is the same. Latin letters stand as the Cyrillic ones they look like.
create function text_key(value text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
  return translate(text_form(value), 'abcehijkmoprstxy', 'авсеніјкморгѕтху');
end
$$;

-- A word of two alphabets: taken for what it looks like, or cut where they meet.
create function one_alphabet(word text) returns text
language plpgsql immutable strict parallel safe
as $$
begin
  if word !~ '^([a-z]{3,}[а-яѕіј]{3,}|[а-яѕіј]{3,}[a-z]{3,})$' then
    if word !~ '[dfglnquvwz]' then
      return translate(word, 'abcehijkmoprstxy', 'авсеніјкморгѕтху');
    elsif word !~ '[бджзийлпфцчшщъыьэюя]' then
      return translate(word, 'авсеніјкморгѕтху', 'abcehijkmoprstxy');
    end if;
  end if;
  return regexp_replace(word, '([a-z])(?=[а-яѕіј])|([а-яѕіј])(?=[a-z])', '\1\2 ', 'g');
end
$$;

-- Text as it is searched: words of only letters or only digits, of one alphabet, with one space between them.
create or replace function search_text(value text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
  words text;
begin
  -- signs that are in many texts and in no word need no normal form
  if value !~ '[^\n -~А-яЁё\u00A0«»–—…“”„×°·’]' then
    words := translate(lower(value collate "pg_c_utf8"), 'ё', 'е');
  else
    words := text_form(value);
  end if;
  words := trim(regexp_replace(regexp_replace(words, '[^[:alpha:][:digit:]]+', ' ', 'g'),
    '([[:alpha:]])(?=[[:digit:]])|([[:digit:]])(?=[[:alpha:]])', '\1\2 ', 'g'));
  if words ~ '[a-z][а-яѕіј]|[а-яѕіј][a-z]' then
    words := (
      select string_agg(
        case when word ~ '[a-z][а-яѕіј]|[а-яѕіј][a-z]' then one_alphabet(word) else word end, ' ' order by at)
      from string_to_table(words, ' ') with ordinality as mixed (word, at));
  end if;
  return words;
end
$$;

-- What is there already is computed anew.
alter table products
  alter column category_key set expression as (text_key(search_text(left(doc ->> 'category', 200)))),
  alter column brand_key set expression as (text_key(search_text(left(doc ->> 'brand', 200)))),
  alter column sku_key set expression as (replace(text_key(search_text(left(doc ->> 'sku', 200))), ' ', '')),
  alter column search set expression as (product_search(doc));

truncate product_words;
insert into product_words (word)
select distinct word
from products, unnest(string_to_array(array_to_string((product_texts(doc))[:3], ' '), ' ')) as word
where char_length(word) between 3 and 40 and word !~ '[[:digit:]]';

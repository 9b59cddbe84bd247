//! The names of algorithms, as the daemon prints them.

open_enum! {
    /// An encryption algorithm, with or without integrity protection of its own.
    pub enum Encryption {
        DesIv64 = "DES_IV64",
        DesCbc = "DES_CBC",
        TripleDesCbc = "3DES_CBC",
        Rc5Cbc = "RC5_CBC",
        IdeaCbc = "IDEA_CBC",
        CastCbc = "CAST_CBC",
        BlowfishCbc = "BLOWFISH_CBC",
        TripleIdea = "3IDEA",
        DesIv32 = "DES_IV32",
        Null = "NULL",
        AesCbc = "AES_CBC",
        AesCtr = "AES_CTR",
        AesCcm8 = "AES_CCM_8",
        AesCcm12 = "AES_CCM_12",
        AesCcm16 = "AES_CCM_16",
        AesGcm8 = "AES_GCM_8",
        AesGcm12 = "AES_GCM_12",
        AesGcm16 = "AES_GCM_16",
        NullAesGmac = "NULL_AES_GMAC",
        CamelliaCbc = "CAMELLIA_CBC",
        CamelliaCtr = "CAMELLIA_CTR",
        CamelliaCcm8 = "CAMELLIA_CCM_8",
        CamelliaCcm12 = "CAMELLIA_CCM_12",
        CamelliaCcm16 = "CAMELLIA_CCM_16",
        Chacha20Poly1305 = "CHACHA20_POLY1305",
        Undefined = "UNDEFINED",
        DesEcb = "DES_ECB",
        SerpentCbc = "SERPENT_CBC",
        TwofishCbc = "TWOFISH_CBC",
        Rc2Cbc = "RC2_CBC",
        AesEcb = "AES_ECB",
        AesCfb = "AES_CFB",
    }
}

open_enum! {
    /// An integrity algorithm.
    pub enum Integrity {
        Undefined = "UNDEFINED",
        HmacSha1_128 = "HMAC_SHA1_128",
        HmacSha2_256_96 = "HMAC_SHA2_256_96",
        HmacSha2_256_256 = "HMAC_SHA2_256_256",
        HmacSha2_384_384 = "HMAC_SHA2_384_384",
        HmacSha2_512_512 = "HMAC_SHA2_512_512",
        CamelliaXcbc96 = "CAMELLIA_XCBC_96",
        HmacMd5_96 = "HMAC_MD5_96",
        HmacSha1_96 = "HMAC_SHA1_96",
        DesMac = "DES_MAC",
        KpdkMd5 = "KPDK_MD5",
        AesXcbc96 = "AES_XCBC_96",
        HmacMd5_128 = "HMAC_MD5_128",
        HmacSha1_160 = "HMAC_SHA1_160",
        AesCmac96 = "AES_CMAC_96",
        Aes128Gmac = "AES_128_GMAC",
        Aes192Gmac = "AES_192_GMAC",
        Aes256Gmac = "AES_256_GMAC",
        HmacSha2_256_128 = "HMAC_SHA2_256_128",
        HmacSha2_384_192 = "HMAC_SHA2_384_192",
        HmacSha2_512_256 = "HMAC_SHA2_512_256",
    }
}

open_enum! {
    /// A pseudo-random function.
    pub enum Prf {
        Undefined = "PRF_UNDEFINED",
        FipsSha1_160 = "PRF_FIPS_SHA1_160",
        FipsDes = "PRF_FIPS_DES",
        KeyedSha1 = "PRF_KEYED_SHA1",
        Camellia128Xcbc = "PRF_CAMELLIA128_XCBC",
        HmacMd5 = "PRF_HMAC_MD5",
        HmacSha1 = "PRF_HMAC_SHA1",
        HmacTiger = "PRF_HMAC_TIGER",
        Aes128Xcbc = "PRF_AES128_XCBC",
        HmacSha2_256 = "PRF_HMAC_SHA2_256",
        HmacSha2_384 = "PRF_HMAC_SHA2_384",
        HmacSha2_512 = "PRF_HMAC_SHA2_512",
        Aes128Cmac = "PRF_AES128_CMAC",
    }
}

open_enum! {
    /// A key exchange method.
    pub enum KeyExchange {
        None = "KE_NONE",
        Modp768 = "MODP_768",
        Modp1024 = "MODP_1024",
        Modp1536 = "MODP_1536",
        Modp2048 = "MODP_2048",
        Modp3072 = "MODP_3072",
        Modp4096 = "MODP_4096",
        Modp6144 = "MODP_6144",
        Modp8192 = "MODP_8192",
        Ecp256 = "ECP_256",
        Ecp384 = "ECP_384",
        Ecp521 = "ECP_521",
        Modp1024_160 = "MODP_1024_160",
        Modp2048_224 = "MODP_2048_224",
        Modp2048_256 = "MODP_2048_256",
        Ecp192 = "ECP_192",
        Ecp224 = "ECP_224",
        Ecp224Bp = "ECP_224_BP",
        Ecp256Bp = "ECP_256_BP",
        Ecp384Bp = "ECP_384_BP",
        Ecp512Bp = "ECP_512_BP",
        Curve25519 = "CURVE_25519",
        Curve448 = "CURVE_448",
        Gost3410_256 = "GOST3410_256",
        Gost3410_512 = "GOST3410_512",
        MlKem512 = "ML_KEM_512",
        MlKem768 = "ML_KEM_768",
        MlKem1024 = "ML_KEM_1024",
        ModpNull = "MODP_NULL",
        ModpCustom = "MODP_CUSTOM",
    }
}

open_enum! {
    /// A hash function.
    pub enum HashFunction {
        Sha1 = "HASH_SHA1",
        Sha2_256 = "HASH_SHA2_256",
        Sha2_384 = "HASH_SHA2_384",
        Sha2_512 = "HASH_SHA2_512",
        Identity = "HASH_IDENTITY",
        Unknown = "HASH_UNKNOWN",
        Md4 = "HASH_MD4",
        Md5 = "HASH_MD5",
        Sha2_224 = "HASH_SHA2_224",
        Sha3_224 = "HASH_SHA3_224",
        Sha3_256 = "HASH_SHA3_256",
        Sha3_384 = "HASH_SHA3_384",
        Sha3_512 = "HASH_SHA3_512",
    }
}

open_enum! {
    /// An extendable output function.
    pub enum Xof {
        Undefined = "XOF_UNDEFINED",
        Mgf1Sha1 = "XOF_MGF1_SHA1",
        Mgf1Sha224 = "XOF_MGF1_SHA224",
        Mgf1Sha256 = "XOF_MGF1_SHA256",
        Mgf1Sha384 = "XOF_MGF1_SHA384",
        Mgf1Sha512 = "XOF_MGF1_SHA512",
        Mgf1Sha3_224 = "XOF_MGF1_SHA3_224",
        Mgf1Sha3_256 = "XOF_MGF1_SHA3_256",
        Mgf1Sha3_384 = "XOF_MGF1_SHA3_384",
        Mgf1Sha3_512 = "XOF_MGF1_SHA3_512",
        Shake128 = "XOF_SHAKE128",
        Shake256 = "XOF_SHAKE256",
        Chacha20 = "XOF_CHACHA20",
    }
}

open_enum! {
    /// A key derivation function.
    pub enum Kdf {
        Undefined = "KDF_UNDEFINED",
        Prf = "KDF_PRF",
        PrfPlus = "KDF_PRF_PLUS",
    }
}

open_enum! {
    /// A deterministic random bit generator.
    pub enum Drbg {
        Undefined = "DRBG_UNDEFINED",
        HmacSha1 = "DRBG_HMAC_SHA1",
        HmacSha256 = "DRBG_HMAC_SHA256",
        HmacSha384 = "DRBG_HMAC_SHA384",
        HmacSha512 = "DRBG_HMAC_SHA512",
        CtrAes128 = "DRBG_CTR_AES128",
        CtrAes192 = "DRBG_CTR_AES192",
        CtrAes256 = "DRBG_CTR_AES256",
    }
}

open_enum! {
    /// A quality of random numbers.
    pub enum Rng {
        Weak = "RNG_WEAK",
        Strong = "RNG_STRONG",
        True = "RNG_TRUE",
    }
}

open_enum! {
    /// The nonce generator.
    pub enum NonceGen {
        NonceGen = "NONCE_GEN",
    }
}

#include "ground/os/host.h"

#include <gtest/gtest.h>

namespace cairn::os {
namespace {

TEST(HostTest, AddressesOfTheInternetArePublic) {
  for (const char* address : {"8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1",
                              "2a00:1450:4001:80b::200e"})
    EXPECT_TRUE(IsPublicAddress(address)) << address;
}

TEST(HostTest, AddressesOfThisMachineOfPrivateNetworksAndOfMetadataServicesAreNot) {
  for (const char* address : {"127.0.0.1",  "127.8.9.10",      "0.0.0.0",     "10.1.2.3",
                              "172.16.0.1", "172.31.255.255",  "192.168.1.1", "169.254.169.254",
                              "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1",
                              "224.0.0.1",  "255.255.255.255", "::1",         "::",
                              "fe80::1",    "fd00:ec2::254",   "fc00::1",     "ff02::1",
                              "2001:db8::1"})
    EXPECT_FALSE(IsPublicAddress(address)) << address;
}

TEST(HostTest, AnAddressThatWrapsAnotherIsNotPublic) {
  for (const char* address : {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
                              "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"})
    EXPECT_FALSE(IsPublicAddress(address)) << address;
}

TEST(HostTest, WhatIsNoAddressIsNotPublic) { EXPECT_FALSE(IsPublicAddress("example.org")); }

TEST(HostTest, AnAddressIsItsOwn) {
  const auto addresses = AddressesOf("127.0.0.1");
  ASSERT_TRUE(addresses);
  EXPECT_EQ(addresses->front().text, "127.0.0.1");
  EXPECT_FALSE(addresses->front().is_public);
}

TEST(HostTest, OtherSpellingsOfAnAddressAreRefused) {
  for (const char* host : {"127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1.", "1.2.3.4.5", ""})
    EXPECT_EQ(AddressesOf(host).error().reason, Reason::InvalidArgument) << host;
}

}  // namespace
}  // namespace cairn::os
